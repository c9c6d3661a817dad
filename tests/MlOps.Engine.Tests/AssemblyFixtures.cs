using MlOps.Testing;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]
