// The vault for the app's secrets. It starts empty; `python3 dev.py secrets` fills it.
param name string
param location string
param tags object
param workspaceId string
param vnetEnabled bool
param publicNetworkAccess string
param allowedIpAddress string
param endpointsSubnetId string
param networkId string

var allowedRule = {
  value: allowedIpAddress
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  // checkov:skip=CKV_AZURE_109: denied by default with vnetEnabled; without it roles guard the secrets
  // checkov:skip=CKV_AZURE_189: the same; the deploying principal stores the secrets from outside the network
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
    // After `azd down`, the name stays taken for this long; a week is Azure's minimum.
    softDeleteRetentionInDays: 7
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: vnetEnabled ? 'Deny' : 'Allow'
      ipRules: empty(allowedIpAddress) ? [] : [allowedRule]
    }
  }
}

// Logs every read and write of a secret, and every denied request.
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'AuditEvent'
        enabled: true
      }
    ]
  }
}

module endpoint 'endpoint.bicep' = if (vnetEnabled) {
  name: 'endpoint-vault'
  params: {
    name: 'pe-${name}'
    location: location
    tags: tags
    targetId: vault.id
    part: 'vault'
    zoneName: 'privatelink.vaultcore.azure.net'
    subnetId: endpointsSubnetId
    networkId: networkId
  }
}

output name string = vault.name
output url string = vault.properties.vaultUri
