// Everything that the app needs in Azure, in one resource group: what `azd up` makes.
// No secret passes through here: `python3 dev.py secrets` writes them straight into the vault.
targetScope = 'subscription'

// Without a default `azd pipeline config` would ask for it, and then fail on the answer.
@minLength(1)
@maxLength(40)
@description('The name of the azd environment. It is part of the names of what is made.')
param environmentName string = deployment().name

// Where Flex Consumption is offered; `az functionapp list-flexconsumption-locations` has news. azd
// offers every region of the subscription: the compiler refuses one that is not in this list.
@description('The Azure region of everything.')
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

@description('Who deploys: gets the roles to write secrets and to delete old rows. Empty: nobody.')
param principalId string = ''

@description('What the one who deploys is: a person, or the service principal of a pipeline.')
@allowed([
  'User'
  'ServicePrincipal'
])
param principalType string = 'User'

@description('App settings by their names, as in docs/operate/deploy.md. An empty one counts as not set.')
param settings object = {}

@description('Where alerts are sent. Empty: they only show in the portal.')
param alertEmail string = ''

@description('Whether vault and storage are reached through a virtual network only.')
param vnetEnabled bool = false

@description('With vnetEnabled: a public IPv4 address that may reach vault and storage as well.')
param allowedIpAddress string = ''

@description('The Python that the app runs on. The packages of the deployed app must be built for it.')
@allowed([
  '3.13'
  '3.14'
])
param pythonVersion string = '3.13'

@description('What an update does to running instances: replace them at once, or in turn (a preview).')
@allowed([
  'Recreate'
  'RollingUpdate'
])
param updateStrategy string = 'Recreate'

// A string, because what a variable of the environment holds is a string: the compiler compares that
// with this list, but never the result of int().
@description('The memory of an instance in MB. 2048 has a whole core, 512 a quarter, 4096 two.')
@allowed([
  '512'
  '2048'
  '4096'
])
param instanceMemoryMB string = '2048'

@description('How many instances the platform should start at most. It has been seen to start more.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 10

@description('How many requests one instance handles at a time.')
@minValue(1)
@maxValue(1000)
param perInstanceConcurrency int = 100

var token = toLower(uniqueString(subscription().id, environmentName, location))
// Whether vault and storage have a public address at all.
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
  // A new role takes minutes to count: the sooner it is given, the better.
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
    updateStrategy: updateStrategy
    instanceMemoryMB: int(instanceMemoryMB)
    maximumInstanceCount: maximumInstanceCount
    perInstanceConcurrency: perInstanceConcurrency
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

// Names and addresses only. azd writes them to .azure/NAME/.env and hands them to the hooks.
output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output SERVICE_APP_NAME string = app.outputs.name
output SERVICE_APP_URI string = 'https://${app.outputs.hostName}'
// By this name the app's settings know it, and with them the commands of dev.py.
output WEBSITE_HOSTNAME string = app.outputs.hostName
output KEY_VAULT_URL string = vault.outputs.url
output AZURE_STORAGE_ACCOUNT_NAME string = storage.outputs.name
