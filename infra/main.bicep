// Names and wires; each concern is a module under app/.
targetScope = 'subscription'

@minLength(1)
@maxLength(40)
@description('Name of the azd environment; the resource group and every resource name derive from it.')
param environmentName string

@minLength(1)
@description('Azure region of all resources.')
param location string

var tags = { 'azd-env-name': environmentName }
var resourceToken = toLower(uniqueString(subscription().id, environmentName, location))

resource resourceGroup 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module dataStorage 'app/data-storage.bicep' = {
  name: 'data-storage'
  scope: resourceGroup
  params: {
    name: 'stdata${resourceToken}'
    location: location
    tags: tags
  }
}

output DATA_STORAGE_BLOB_ENDPOINT string = dataStorage.outputs.blobEndpoint
output DATA_STORAGE_NAME string = dataStorage.outputs.name
