// The storage account: the deployed package, the host's own files, and the ledger's table.
param name string
param location string
param tags object
param vnetEnabled bool
param publicNetworkAccess string
param allowedIpAddress string
param endpointsSubnetId string
param networkId string

var packageContainer = 'app-package'
// No queues: only queue and blob triggers use them.
var parts = [
  'blob'
  'table'
]

var allowedRule = {
  action: 'Allow'
  value: allowedIpAddress
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  // checkov:skip=CKV_AZURE_35: denied by default with vnetEnabled; without it the identity's roles guard the data
  // checkov:skip=CKV_AZURE_206: three copies in one region; a second region would cost more than losing the record of sends
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: vnetEnabled ? 'Deny' : 'Allow'
      ipRules: empty(allowedIpAddress) ? [] : [allowedRule]
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

resource package 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: packageContainer
  properties: {
    publicAccess: 'None'
  }
}

// The app creates its own table, and the host its own containers and table.
module endpoints 'endpoint.bicep' = [
  for (part, index) in parts: if (vnetEnabled) {
    name: 'endpoint-${part}'
    params: {
      name: 'pe-${name}-${part}'
      location: location
      tags: tags
      targetId: account.id
      part: part
      zoneName: 'privatelink.${part}.${environment().suffixes.storage}'
      subnetId: endpointsSubnetId
      networkId: networkId
    }
  }
]

output name string = account.name
output packageContainerName string = package.name
