// Private endpoints of both storage accounts with their DNS zones. The host needs blobs, queues and tables; the data is blobs, and a table of features.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the virtual network.')
param virtualNetworkId string

@description('Resource id of the subnet for the endpoints.')
param subnetId string

@description('Resource id of the data storage account.')
param dataStorageId string

@description('Resource id of the host storage account.')
param hostStorageId string

var services = ['blob', 'queue', 'table']
var endpoints = [
  { name: 'data-blob', storageId: dataStorageId, service: 'blob' }
  { name: 'data-table', storageId: dataStorageId, service: 'table' }
  { name: 'host-blob', storageId: hostStorageId, service: 'blob' }
  { name: 'host-queue', storageId: hostStorageId, service: 'queue' }
  { name: 'host-table', storageId: hostStorageId, service: 'table' }
]

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for service in services: {
    name: 'privatelink.${service}.${environment().suffixes.storage}'
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (service, index) in services: {
    parent: zones[index]
    name: 'link-${service}'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: virtualNetworkId }
    }
  }
]

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2024-01-01' = [
  for endpoint in endpoints: {
    name: 'pe-${endpoint.name}'
    location: location
    tags: tags
    properties: {
      subnet: { id: subnetId }
      privateLinkServiceConnections: [
        {
          name: endpoint.name
          properties: {
            privateLinkServiceId: endpoint.storageId
            groupIds: [endpoint.service]
          }
        }
      ]
    }
  }
]

resource zoneGroups 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-01-01' = [
  for (endpoint, index) in endpoints: {
    parent: privateEndpoints[index]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: endpoint.service
          properties: { privateDnsZoneId: zones[indexOf(services, endpoint.service)].id }
        }
      ]
    }
  }
]
