// Everything that the app needs in Azure, in one resource group. `azd up` deploys it.
// No secrets here: `python3 dev.py secrets` stores them directly in the vault.
targetScope = 'subscription'

// Without a default, `azd pipeline config` asks for it and then fails on the answer.
@minLength(1)
@maxLength(40)
@description('The name of the azd environment. It is part of the resource names.')
param environmentName string = deployment().name

// The regions with Flex Consumption, from `az functionapp list-flexconsumption-locations`. azd offers
// every region of the subscription; the compiler rejects those that aren't in this list.
@description('The Azure region for all resources.')
@allowed([
  'australiaeast'
  'australiasoutheast'
  'brazilsouth'
  'canadacentral'
  'centralindia'
  'centralus'
  'eastasia'
  'eastus'
  'eastus2'
  'francecentral'
  'germanywestcentral'
  'italynorth'
  'japaneast'
  'koreacentral'
  'northcentralus'
  'northeurope'
  'norwayeast'
  'southafricanorth'
  'southcentralus'
  'southeastasia'
  'southindia'
  'spaincentral'
  'swedencentral'
  'uaenorth'
  'uksouth'
  'ukwest'
  'westcentralus'
  'westeurope'
  'westus'
  'westus2'
  'westus3'
])
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

@description('The principal that deploys; it gets the roles to write secrets and to delete old rows. Empty: none.')
param principalId string = ''

@description('The type of the principal that deploys: a person, or the service principal of a pipeline.')
@allowed([
  'User'
  'ServicePrincipal'
])
param principalType string = 'User'

@description('App settings by name, as in docs/operate/deploy.md. An empty value counts as not set.')
param settings object = {}

@description('The email address for alerts. Empty: alerts only appear in the portal.')
param alertEmail string = ''

@description('Whether the vault and storage are only reachable through a virtual network.')
param vnetEnabled bool = false

@description('With vnetEnabled: a public IPv4 address that can also reach the vault and storage.')
param allowedIpAddress string = ''

@description('The Python version of the app. The deployed packages must be built for it.')
@allowed([
  '3.13'
  '3.14'
])
param pythonVersion string = '3.13'

@description('Whether OpenTelemetry traces each text and call. The deployed package must contain it.')
param openTelemetry bool = false

@description('How updates replace running instances: all at once, or one after another (preview).')
@allowed([
  'Recreate'
  'RollingUpdate'
])
param updateStrategy string = 'Recreate'

// A string, because environment variables are strings: the compiler checks strings against this list,
// but not the result of int().
@description('The memory of an instance in MB. 2048 has a whole core, 512 a quarter, 4096 two.')
@allowed([
  '512'
  '2048'
  '4096'
])
param instanceMemoryMB string = '2048'

@description('The maximum number of instances. The platform has been seen to start more.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 10

@description('How many requests one instance handles at a time.')
@minValue(1)
@maxValue(1000)
param perInstanceConcurrency int = 100

@description('Origins of web pages that may call the functions, separated by commas, such as https://shop.example.')
param clientOrigins string = ''

var token = toLower(uniqueString(subscription().id, environmentName, location))
// Whether the vault and storage have a public address.
var publicNetworkAccess = !vnetEnabled || !empty(allowedIpAddress) ? 'Enabled' : 'Disabled'
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2021-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-app-${token}'
    location: location
    tags: tags
  }
}

module logs 'logs.bicep' = {
  name: 'logs'
  scope: group
  params: {
    workspaceName: 'log-${token}'
    insightsName: 'appi-${token}'
    location: location
    tags: tags
    maximumInstanceCount: maximumInstanceCount
  }
}

module network 'network.bicep' = if (vnetEnabled) {
  name: 'network'
  scope: group
  params: {
    name: 'vnet-${token}'
    location: location
    tags: tags
  }
}

module storage 'storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    vnetEnabled: vnetEnabled
    publicNetworkAccess: publicNetworkAccess
    allowedIpAddress: allowedIpAddress
    endpointsSubnetId: vnetEnabled ? network!.outputs.endpointsSubnetId : ''
    networkId: vnetEnabled ? network!.outputs.id : ''
  }
}

module vault 'vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    workspaceId: logs.outputs.workspaceId
    vnetEnabled: vnetEnabled
    publicNetworkAccess: publicNetworkAccess
    allowedIpAddress: allowedIpAddress
    endpointsSubnetId: vnetEnabled ? network!.outputs.endpointsSubnetId : ''
    networkId: vnetEnabled ? network!.outputs.id : ''
  }
}

module roles 'roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
    insightsName: logs.outputs.insightsName
    appPrincipalId: identity.outputs.principalId
    deployerPrincipalId: principalId
    deployerPrincipalType: principalType
  }
}

module app 'app.bicep' = {
  name: 'app'
  scope: group
  // A new role takes minutes to take effect, so assign it early.
  dependsOn: [
    roles
  ]
  params: {
    name: 'func-app-${token}'
    planName: 'plan-${token}'
    location: location
    tags: tags
    settings: settings
    identityName: identity.outputs.name
    storageName: storage.outputs.name
    packageContainerName: storage.outputs.packageContainerName
    vaultName: vault.outputs.name
    insightsName: logs.outputs.insightsName
    subnetId: vnetEnabled ? network!.outputs.appSubnetId : ''
    pythonVersion: pythonVersion
    openTelemetry: openTelemetry
    updateStrategy: updateStrategy
    instanceMemoryMB: int(instanceMemoryMB)
    maximumInstanceCount: maximumInstanceCount
    perInstanceConcurrency: perInstanceConcurrency
    clientOrigins: empty(clientOrigins) ? [] : split(clientOrigins, ',')
  }
}

module alerts 'alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    namePrefix: 'alert-${token}'
    location: location
    tags: tags
    insightsName: logs.outputs.insightsName
    workspaceId: logs.outputs.workspaceId
    dailyQuotaGb: logs.outputs.dailyQuotaGb
    email: alertEmail
  }
}

// Only names and addresses. azd writes them to .azure/NAME/.env and passes them to the hooks.
output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output SERVICE_APP_NAME string = app.outputs.name
output SERVICE_APP_URI string = 'https://${app.outputs.hostName}'
// The app's setting of this name, which the commands of dev.py read.
output WEBSITE_HOSTNAME string = app.outputs.hostName
output KEY_VAULT_URL string = vault.outputs.url
output AZURE_STORAGE_ACCOUNT_NAME string = storage.outputs.name
