// Every role assignment. Nothing in the project uses a storage or vault key.
param storageName string
param vaultName string
param insightsName string
param appPrincipalId string
param deployerPrincipalId string
param deployerPrincipalType string

var roleType = 'Microsoft.Authorization/roleDefinitions'
// Azure's built-in roles; their ids are the same in every subscription.
var storageBlobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var storageTableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
var keyVaultSecretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var keyVaultSecretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

// Blobs: the host's locks and function keys, and the package. Tables: the ledger, and the host's
// diagnostic events. Microsoft lists these for a host without storage triggers; a queue trigger would
// also need Storage Queue Data Contributor. Assigned on the whole account, because the host and the
// app create their own containers and tables.
var appStorageRoles = [
  storageBlobDataOwner
  storageTableDataContributor
]
var deployerIsKnown = !empty(deployerPrincipalId)

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

// The names depend on the principal, so that a recreated identity gets new assignments. If they
// depended on the identity's name, the old assignments would conflict.
resource appUsesStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (role, index) in appStorageRoles: {
    scope: storage
    name: guid(storage.id, appPrincipalId, role)
    properties: {
      roleDefinitionId: subscriptionResourceId(roleType, role)
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource appReadsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, appPrincipalId, keyVaultSecretsUser)
  properties: {
    roleDefinitionId: subscriptionResourceId(roleType, keyVaultSecretsUser)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource appWritesLogs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, appPrincipalId, monitoringMetricsPublisher)
  properties: {
    roleDefinitionId: subscriptionResourceId(roleType, monitoringMetricsPublisher)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// The deploying principal stores the secrets in the vault.
resource deployerWritesSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (deployerIsKnown) {
  scope: vault
  name: guid(vault.id, deployerPrincipalId, keyVaultSecretsOfficer)
  properties: {
    roleDefinitionId: subscriptionResourceId(roleType, keyVaultSecretsOfficer)
    principalId: deployerPrincipalId
    principalType: deployerPrincipalType
  }
}

// The deploying principal can stop sending with dev.py, and delete old rows of the ledger with
// docs/use/delete_old_rows.py.
resource deployerDeletesRows 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (deployerIsKnown) {
  scope: storage
  name: guid(storage.id, deployerPrincipalId, storageTableDataContributor)
  properties: {
    roleDefinitionId: subscriptionResourceId(roleType, storageTableDataContributor)
    principalId: deployerPrincipalId
    principalType: deployerPrincipalType
  }
}
