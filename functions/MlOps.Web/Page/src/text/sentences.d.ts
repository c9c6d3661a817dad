declare module "sentences/*" {
  const all: Record<string, string>;
  export default all;
}
