// The topic on which runs report their end as CloudEvents. Subscribers (mail, Teams, a queue) attach to it.

@description('Name of the Event Grid topic.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

resource topic 'Microsoft.EventGrid/topics@2022-06-15' = {
  name: name
  location: location
  tags: tags
  properties: {
    inputSchema: 'CloudEventSchemaV1_0'
    disableLocalAuth: true
    publicNetworkAccess: 'Enabled'
  }
}

output name string = topic.name
output endpoint string = topic.properties.endpoint
