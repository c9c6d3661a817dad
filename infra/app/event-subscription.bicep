// Tells the function of each whole CSV or zip file under input/. Deployed after the code, because the function must exist
// before it can be an endpoint.

@description('Name of the system topic of the data storage account.')
param eventTopicName string

@description('Name of the function app.')
param functionAppName string

@description('Name of the Event Grid triggered function.')
param functionName string = 'OnBlobCreated'

@description('Name of the data storage account; its container deadletter keeps events that could not be delivered.')
param dataStorageName string

resource topic 'Microsoft.EventGrid/systemTopics@2022-06-15' existing = {
  name: eventTopicName
}

resource functionApp 'Microsoft.Web/sites@2024-04-01' existing = {
  name: functionAppName
}

resource dataStorage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: dataStorageName
}

resource subscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2022-06-15' = {
  parent: topic
  name: 'csv-dropped'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    destination: {
      endpointType: 'AzureFunction'
      properties: {
        resourceId: '${functionApp.id}/functions/${functionName}'
        maxEventsPerBatch: 1
        preferredBatchSizeInKilobytes: 64
      }
    }
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobCreated']
      subjectBeginsWith: '/blobServices/default/containers/input/blobs/'
      isSubjectCaseSensitive: false
      advancedFilters: [
        {
          operatorType: 'StringIn'
          key: 'data.api'
          values: ['PutBlob', 'PutBlockList', 'CopyBlob', 'FlushWithClose']
        }
        {
          operatorType: 'StringEndsWith'
          key: 'subject'
          values: ['.csv', '.zip']
        }
      ]
    }
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
    deadLetterWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: dataStorage.id
          blobContainerName: 'deadletter'
        }
      }
    }
  }
}
