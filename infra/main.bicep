// MlOps in one subscription: this file names and wires, each concern is a module under app/.
// The Event Grid subscription needs the deployed function and follows in app/event-subscription.bicep (azure.yaml, postdeploy).
targetScope = 'subscription'

@minLength(1)
@maxLength(40)
@description('Name of the azd environment; the resource group and every resource name derive from it.')
param environmentName string

@minLength(1)
@description('Azure region of all resources.')
param location string

@description('Durable Functions back end: the host storage account (no further resource), the managed Durable Task Scheduler, or SQL Server.')
@allowed(['AzureStorage', 'DurableTaskScheduler', 'mssql'])
param durableBackEnd string = 'AzureStorage'

@description('Full name of the SQL server of the back end mssql, such as NAME.database.windows.net; the app\'s identity must be a user of its database.')
param sqlServer string = ''

@description('Database of the back end mssql.')
param sqlDatabase string = ''

@description('Memory of one function instance in MB. Training holds a period\'s history in memory.')
@allowed([2048, 4096])
param instanceMemoryMB int = 4096

@description('Largest number of function instances.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Whether storage and function app are reached through private endpoints only.')
param privateNetworking bool = false

@description('Entra group whose members and identities may write drops (container input only). Empty: nobody yet.')
param upstreamGroupId string = ''

@description('Entra group that may read predictions and reports (container output only). Empty: nobody yet.')
param analystsGroupId string = ''

@description('Entra group that may see everything and rerun. Empty: nobody yet.')
param operatorsGroupId string = ''

@description('Entra group that may change definitions and release models. Empty: nobody yet.')
param releasersGroupId string = ''

@description('Client id of the app registration that people sign in by, for the page and the API. Empty: no sign-in, and the API lets no person in.')
param signInClientId string = ''

@description('Principal that deploys and proves the deployment by dropping a sample. Empty: no proof.')
param deployerId string = ''

@description('What kind of principal deploys.')
@allowed(['User', 'ServicePrincipal', 'Group'])
param deployerType string = 'User'

@description('E-mail address that alerts and the budget\'s warnings go to; empty for the owners of the subscription.')
param alertEmail string = ''

@description('Address of the runbook that alerts link to: infra/README.md of your copy of this repository.')
param runbookUrl string = 'infra/README.md'

@description('Address of an OpenTelemetry collector (OTLP) for traces and metrics; empty for none. Logs go to Application Insights either way.')
param otlpEndpoint string = ''

@description('Monthly budget in the currency of the subscription; 0 for none.')
@minValue(0)
param monthlyBudget int = 0

@description('First day of the budget, first of a month; the current month when not given.')
param budgetStart string = utcNow('yyyy-MM-01')

var abbreviations = loadJsonContent('abbreviations.json')
var tags = { 'azd-env-name': environmentName }
var token = toLower(uniqueString(subscription().id, environmentName, location))

resource resourceGroup 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: '${abbreviations.resourceGroup}${environmentName}'
  location: location
  tags: tags
}

module identity 'app/identity.bicep' = {
  name: 'identity'
  scope: resourceGroup
  params: {
    name: '${abbreviations.userAssignedIdentity}${token}'
    location: location
    tags: tags
  }
}

module network 'app/network.bicep' = if (privateNetworking) {
  name: 'network'
  scope: resourceGroup
  params: {
    name: '${abbreviations.virtualNetwork}${token}'
    location: location
    tags: tags
  }
}

module dataStorage 'app/data-storage.bicep' = {
  name: 'data-storage'
  scope: resourceGroup
  params: {
    name: '${abbreviations.storageAccount}data${token}'
    location: location
    tags: tags
    publicNetworkAccess: !privateNetworking
  }
}

module hostStorage 'app/host-storage.bicep' = {
  name: 'host-storage'
  scope: resourceGroup
  params: {
    name: '${abbreviations.storageAccount}host${token}'
    location: location
    tags: tags
    publicNetworkAccess: !privateNetworking
  }
}

module privateEndpoints 'app/private-endpoints.bicep' = if (privateNetworking) {
  name: 'private-endpoints'
  scope: resourceGroup
  params: {
    location: location
    tags: tags
    virtualNetworkId: network!.outputs.virtualNetworkId
    subnetId: network!.outputs.privateEndpointSubnetId
    dataStorageId: dataStorage.outputs.id
    hostStorageId: hostStorage.outputs.id
  }
}

module monitoring 'app/monitoring.bicep' = {
  name: 'monitoring'
  scope: resourceGroup
  params: {
    workspaceName: '${abbreviations.logAnalyticsWorkspace}${token}'
    applicationInsightsName: '${abbreviations.applicationInsights}${token}'
    location: location
    tags: tags
  }
}

module notificationTopic 'app/notification-topic.bicep' = {
  name: 'notification-topic'
  scope: resourceGroup
  params: {
    name: '${abbreviations.eventGridTopic}${token}'
    location: location
    tags: tags
  }
}

module durableTaskScheduler 'app/durable-task-scheduler.bicep' = if (durableBackEnd == 'DurableTaskScheduler') {
  name: 'durable-task-scheduler'
  scope: resourceGroup
  params: {
    name: '${abbreviations.durableTaskScheduler}${token}'
    location: location
    tags: tags
  }
}

module eventTopic 'app/event-topic.bicep' = {
  name: 'event-topic'
  scope: resourceGroup
  params: {
    name: '${abbreviations.eventGridSystemTopic}${token}'
    location: location
    tags: tags
    dataStorageId: dataStorage.outputs.id
  }
}

module roles 'app/roles.bicep' = {
  name: 'roles'
  scope: resourceGroup
  params: {
    principalId: identity.outputs.principalId
    eventTopicPrincipalId: eventTopic.outputs.principalId
    dataStorageName: dataStorage.outputs.name
    hostStorageName: hostStorage.outputs.name
    notificationTopicName: notificationTopic.outputs.name
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    durableTaskSchedulerName: durableBackEnd == 'DurableTaskScheduler' ? durableTaskScheduler!.outputs.name : ''
    upstreamGroupId: upstreamGroupId
    analystsGroupId: analystsGroupId
    operatorsGroupId: operatorsGroupId
    releasersGroupId: releasersGroupId
    deployerId: deployerId
    deployerType: deployerType
    workspaceName: monitoring.outputs.workspaceName
  }
}

module functionApp 'app/function-app.bicep' = {
  name: 'function-app'
  scope: resourceGroup
  params: {
    name: '${abbreviations.functionApp}${token}'
    planName: '${abbreviations.appServicePlan}${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    hostStorageName: hostStorage.outputs.name
    dataStorageName: dataStorage.outputs.name
    applicationInsightsConnectionString: monitoring.outputs.connectionString
    notificationTopicEndpoint: notificationTopic.outputs.endpoint
    otlpEndpoint: otlpEndpoint
    durableBackEnd: durableBackEnd
    durableTaskSchedulerEndpoint: durableBackEnd == 'DurableTaskScheduler' ? durableTaskScheduler!.outputs.endpoint : ''
    durableTaskHub: durableBackEnd == 'DurableTaskScheduler' ? durableTaskScheduler!.outputs.taskHub : ''
    sqlServer: sqlServer
    sqlDatabase: sqlDatabase
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    subnetId: privateNetworking ? network!.outputs.functionSubnetId : ''
  }
  dependsOn: [roles]
}

module signIn 'app/sign-in.bicep' = if (!empty(signInClientId)) {
  name: 'sign-in'
  scope: resourceGroup
  params: {
    functionAppName: functionApp.outputs.name
    clientId: signInClientId
  }
}

module alerts 'app/alerts.bicep' = {
  name: 'alerts'
  scope: resourceGroup
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    eventTopicId: eventTopic.outputs.id
    actionGroupName: '${abbreviations.actionGroup}${token}'
    alertEmail: alertEmail
    runbookUrl: runbookUrl
  }
}

module budget 'app/budget.bicep' = if (monthlyBudget > 0) {
  name: 'budget'
  scope: resourceGroup
  params: {
    amount: monthlyBudget
    startDate: budgetStart
    alertEmail: alertEmail
  }
}

output AZURE_RESOURCE_GROUP string = resourceGroup.name
output DATA_STORAGE_NAME string = dataStorage.outputs.name
output DATA_STORAGE_BLOB_ENDPOINT string = dataStorage.outputs.blobEndpoint
output EVENT_TOPIC_NAME string = eventTopic.outputs.name
output FUNCTION_APP_NAME string = functionApp.outputs.name
output APP_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output FUNCTION_APP_URL string = functionApp.outputs.url
output NOTIFICATION_TOPIC_ENDPOINT string = notificationTopic.outputs.endpoint
