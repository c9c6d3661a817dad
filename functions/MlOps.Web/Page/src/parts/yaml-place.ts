/** The part of a JSON schema that the page reads. */
export interface Schema {
  description?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
}

const key = /^(\s*(?:- +)*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#:{[][^:#]*?)\s*:(?:\s|$)/;

/** Names of the keys that a line of YAML stands in, the outermost first: what the definition's form needs, no more. */
export function keysAt(text: string, line: number): string[] {
  const lines = text.split("\n");
  const keys: string[] = [];
  let depth = Infinity;
  for (let i = Math.min(line, lines.length - 1); i >= 0 && depth > 0; i--) {
    const raw = lines[i]!.replace(/^(\s*)# ?(?=\s*[\w"'-]+\s*:)/, "$1");
    const found = key.exec(raw);
    if (!found) continue;
    const indent = found[1]!.length;
    if (indent >= depth) continue;
    depth = indent;
    keys.unshift(found[2]!.replace(/^["']|["']$/g, ""));
  }
  return keys;
}

/** What the schema says of a place; null where it knows no such key. */
export function schemaAt(root: Schema, keys: string[]): Schema | null {
  let now: Schema[] = [root];
  for (const name of keys) {
    now = now.flatMap((schema) => inside(root, schema)).flatMap((schema) => {
      const own = schema.properties?.[name];
      return own ? [own] : typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
    });
  }
  const found = now.flatMap((schema) => [schema, ...inside(root, schema)]);
  return found.find((schema) => schema.description) ?? found[0] ?? null;
}

// A schema as it is meant: references followed, choices side by side, lists by their items.
function inside(root: Schema, schema: Schema, depth = 0): Schema[] {
  if (depth > 6) return [];
  const target = schema.$ref ? root.$defs?.[schema.$ref.replace("#/$defs/", "")] : undefined;
  const others = [...(target ? [target] : []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? []), ...(schema.items ? [schema.items] : [])];
  return [schema, ...others.flatMap((other) => inside(root, other, depth + 1))];
}
