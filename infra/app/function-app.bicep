// The function app on Flex Consumption: a .NET isolated worker. Everything is reached by identity.

@description('Name of the function app.')
param name string

@description('Name of its plan.')
param planName string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the user-assigned identity.')
param identityId string

@description('Client id of the user-assigned identity.')
param identityClientId string

@description('Name of the host storage account.')
param hostStorageName string

@description('Name of the data storage account.')
param dataStorageName string

@description('Where telemetry goes.')
param applicationInsightsConnectionString string

@description('Endpoint of the topic that notices are sent to.')
param notificationTopicEndpoint string

@description('OpenTelemetry collector for traces and metrics; empty for none.')
param otlpEndpoint string

@description('Durable Functions back end.')
@allowed(['AzureStorage', 'DurableTaskScheduler', 'mssql'])
param durableBackEnd string

@description('Endpoint of the Durable Task Scheduler; empty for the other back ends.')
param durableTaskSchedulerEndpoint string

@description('Task hub in the Durable Task Scheduler; empty for the other back ends.')
param durableTaskHub string

@description('Full name of the SQL server; empty for the other back ends. The app\'s identity must be a user of the database.')
param sqlServer string

@description('Name of the database; empty for the other back ends.')
param sqlDatabase string

@description('Memory of one instance in MB.')
param instanceMemoryMB int

@description('Largest number of instances.')
param maximumInstanceCount int

@description('Subnet for outbound traffic; empty for none.')
param subnetId string

resource hostStorage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: hostStorageName
}

resource dataStorage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: dataStorageName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

var settings = {
  AzureWebJobsStorage__accountName: hostStorage.name
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  AZURE_CLIENT_ID: identityClientId
  // The page is at /, not the platform's welcome; and people's sign-in trusts this identity instead of a secret.
  AzureWebJobsDisableHomepage: 'true'
  OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: identityClientId
  // The address alone: the program connects by its identity.
  MLOPS_CONNECTION: dataStorage.properties.primaryEndpoints.blob
  MLOPS_EVENTGRID_TOPIC: notificationTopicEndpoint
}
var collectorSettings = empty(otlpEndpoint) ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint }
var schedulerSettings = durableBackEnd == 'DurableTaskScheduler' ? {
  DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${durableTaskSchedulerEndpoint};Authentication=ManagedIdentity;ClientID=${identityClientId}'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
  AzureFunctionsJobHost__extensions__durableTask__hubName: durableTaskHub
} : {}
var sqlSettings = durableBackEnd == 'mssql' ? {
  SQLDB_Connection: 'Server=${sqlServer};Database=${sqlDatabase};Authentication=Active Directory Managed Identity;User Id=${identityClientId};Encrypt=True'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'mssql'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'SQLDB_Connection'
} : {}

resource functionApp 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'mlops' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
      }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostStorage.properties.primaryEndpoints.blob}packages'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
    }
    siteConfig: { minTlsVersion: '1.2' }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(settings, schedulerSettings, sqlSettings, collectorSettings)
  }

  resource noFtp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noScmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output id string = functionApp.id
output name string = functionApp.name
output url string = 'https://${functionApp.properties.defaultHostName}'
