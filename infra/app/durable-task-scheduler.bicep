// The managed back end of Durable Functions, billed by use.

@description('Name of the scheduler.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    ipAllowlist: ['0.0.0.0/0']
    sku: { name: 'Consumption' }
  }
}

resource taskHub 'Microsoft.DurableTask/schedulers/taskHubs@2025-11-01' = {
  parent: scheduler
  name: 'mlops'
}

output name string = scheduler.name
output endpoint string = scheduler.properties.endpoint
output taskHub string = taskHub.name
