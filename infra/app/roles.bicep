// Every right in one place: the app's, the event topic's, and the groups'. Data is granted container by container.

@description('Principal of the function app\'s identity.')
param principalId string

@description('Principal of the event topic\'s identity, which writes dead letters.')
param eventTopicPrincipalId string

@description('Name of the data storage account.')
param dataStorageName string

@description('Name of the host storage account.')
param hostStorageName string

@description('Name of the notification topic.')
param notificationTopicName string

@description('Name of the Application Insights resource.')
param applicationInsightsName string

@description('Name of the Durable Task Scheduler; empty where it is not used.')
param durableTaskSchedulerName string

@description('Group that may write drops; empty for none.')
param upstreamGroupId string

@description('Group that may read predictions and reports; empty for none.')
param analystsGroupId string

@description('Group that may see everything; empty for none.')
param operatorsGroupId string

@description('Group that may change definitions and release models; empty for none.')
param releasersGroupId string

@description('Principal that proves a deployment by dropping a sample; empty for none.')
param deployerId string

@description('What kind of principal it is.')
param deployerType string

@description('Name of the Log Analytics workspace, which operators read.')
param workspaceName string

var role = loadJsonContent('../roles.json')

// What the app itself may do with each container.
var appContainers = [
  { name: 'input', role: role.storageBlobDataContributor } // moves refused files away
  { name: 'output', role: role.storageBlobDataContributor }
  { name: 'rejected', role: role.storageBlobDataContributor }
  { name: 'artifacts', role: role.storageBlobDataContributor }
  { name: 'notifications', role: role.storageBlobDataContributor }
  { name: 'definitions', role: role.storageBlobDataContributor } // releasers change definitions through the API
  { name: 'deadletter', role: role.storageBlobDataReader }
  { name: 'features', role: role.storageBlobDataContributor }
]

var readByOperators = ['input', 'output', 'rejected', 'artifacts', 'notifications', 'definitions', 'deadletter', 'features']

// Groups and the containers that they reach directly.
var groupContainers = concat(
  empty(analystsGroupId) ? [] : [
    { principal: analystsGroupId, container: 'output', role: role.storageBlobDataReader }
    { principal: analystsGroupId, container: 'features', role: role.storageBlobDataReader }
  ],
  empty(releasersGroupId) ? [] : [
    { principal: releasersGroupId, container: 'definitions', role: role.storageBlobDataContributor }
    { principal: releasersGroupId, container: 'artifacts', role: role.storageBlobDataReader }
  ],
  empty(operatorsGroupId) ? [] : map(readByOperators, container => {
    principal: operatorsGroupId
    container: container
    role: role.storageBlobDataReader
  })
)

// Groups that read features online, from the table itself.
var tableReaders = filter([analystsGroupId, operatorsGroupId], group => !empty(group))

// The proof of a deployment drops a sample and looks for its predictions.
var deployerContainers = empty(deployerId) ? [] : [
  { name: 'definitions', role: role.storageBlobDataContributor }
  { name: 'input', role: role.storageBlobDataContributor }
  { name: 'output', role: role.storageBlobDataReader }
]

resource dataStorage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: dataStorageName
}

resource dataBlobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' existing = {
  parent: dataStorage
  name: 'default'
}

resource dataTables 'Microsoft.Storage/storageAccounts/tableServices@2023-05-01' existing = {
  parent: dataStorage
  name: 'default'
}

resource onlineFeatures 'Microsoft.Storage/storageAccounts/tableServices/tables@2023-05-01' existing = {
  parent: dataTables
  name: 'features'
}

resource appContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = [
  for item in appContainers: {
    parent: dataBlobs
    name: item.name
  }
]

resource groupContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = [
  for item in groupContainers: {
    parent: dataBlobs
    name: item.container
  }
]

resource deployerContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = [
  for item in deployerContainers: {
    parent: dataBlobs
    name: item.name
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: workspaceName
}

resource deadLetters 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = {
  parent: dataBlobs
  name: 'deadletter'
}

resource hostStorage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: hostStorageName
}

resource notificationTopic 'Microsoft.EventGrid/topics@2022-06-15' existing = {
  name: notificationTopicName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' existing = if (!empty(durableTaskSchedulerName)) {
  name: empty(durableTaskSchedulerName) ? 'unused' : durableTaskSchedulerName
}

resource appData 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (item, index) in appContainers: {
    scope: appContainer[index]
    name: guid(dataStorage.id, item.name, principalId, item.role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', item.role)
    }
  }
]

resource appTable 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: onlineFeatures
  name: guid(dataStorage.id, 'features', principalId, role.storageTableDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.storageTableDataContributor)
  }
}

resource groupTable 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for group in tableReaders: {
    scope: onlineFeatures
    name: guid(dataStorage.id, 'features', group, role.storageTableDataReader)
    properties: {
      principalId: group
      principalType: 'Group'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.storageTableDataReader)
    }
  }
]

resource groupData 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (item, index) in groupContainers: {
    scope: groupContainer[index]
    name: guid(dataStorage.id, item.container, item.principal, item.role)
    properties: {
      principalId: item.principal
      principalType: 'Group'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', item.role)
    }
  }
]

resource deployerData 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (item, index) in deployerContainers: {
    scope: deployerContainer[index]
    name: guid(dataStorage.id, item.name, deployerId, item.role)
    properties: {
      principalId: deployerId
      principalType: deployerType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', item.role)
    }
  }
]

// No built-in role may write blobs without reading them too.
resource dropWriter 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (!empty(upstreamGroupId)) {
  name: guid(resourceGroup().id, 'drop-writer')
  properties: {
    roleName: 'MlOps drop writer (${resourceGroup().name})'
    description: 'Writes files without reading, listing or deleting any.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        dataActions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action'
        ]
      }
    ]
  }
}

resource input 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = {
  parent: dataBlobs
  name: 'input'
}

resource upstreamDrops 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(upstreamGroupId)) {
  scope: input
  name: guid(input.id, upstreamGroupId, 'drop-writer')
  properties: {
    principalId: upstreamGroupId
    principalType: 'Group'
    roleDefinitionId: dropWriter.id
  }
}

resource operatorLogs 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorsGroupId)) {
  scope: workspace
  name: guid(workspace.id, operatorsGroupId, role.logAnalyticsReader)
  properties: {
    principalId: operatorsGroupId
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.logAnalyticsReader)
  }
}

resource eventTopicDeadLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: deadLetters
  name: guid(deadLetters.id, eventTopicPrincipalId, role.storageBlobDataContributor)
  properties: {
    principalId: eventTopicPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.storageBlobDataContributor)
  }
}

// The host and its task hub need blobs, queues and tables of the host storage.
resource hostRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for item in [role.storageBlobDataOwner, role.storageQueueDataContributor, role.storageTableDataContributor]: {
    scope: hostStorage
    name: guid(hostStorage.id, principalId, item)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', item)
    }
  }
]

resource notifications 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: notificationTopic
  name: guid(notificationTopic.id, principalId, role.eventGridDataSender)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.eventGridDataSender)
  }
}

resource telemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: applicationInsights
  name: guid(applicationInsights.id, principalId, role.monitoringMetricsPublisher)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.monitoringMetricsPublisher)
  }
}

resource durableTasks 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(durableTaskSchedulerName)) {
  scope: scheduler
  name: guid(resourceGroup().id, durableTaskSchedulerName, principalId, role.durableTaskDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.durableTaskDataContributor)
  }
}
