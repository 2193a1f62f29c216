// The function app on Flex Consumption: without requests, nothing runs and nothing costs money.
param name string
param planName string
param location string
param tags object
param settings object
param identityName string
param storageName string
param packageContainerName string
param vaultName string
param insightsName string
param subnetId string
param pythonVersion string
param openTelemetry bool
param updateStrategy string
param instanceMemoryMB int
param maximumInstanceCount int
param perInstanceConcurrency int
param clientOrigins array

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

// Connects the app to the other resources; overrides `settings`. Nothing here is secret: the connection
// string of Application Insights is just an address, since local authentication is off.
var ownSettings = {
  KEY_VAULT_URL: vault.properties.vaultUri
  AZURE_CLIENT_ID: identity.properties.clientId
  AzureWebJobsStorage__accountName: storage.name
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.properties.clientId
  AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
}

// The host's telemetryMode of host.json, and the worker's switch, which the app follows:
// https://learn.microsoft.com/azure/azure-functions/opentelemetry-howto
// The app has its own spans; those of libraries would name URLs, and cost more.
var tracingSettings = {
  AzureFunctionsJobHost__telemetryMode: 'OpenTelemetry'
  PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY: 'true'
  OTEL_PYTHON_DISABLED_INSTRUMENTATIONS: 'azure_sdk,requests,urllib,urllib3'
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  // checkov:skip=CKV_AZURE_225: Flex Consumption only has zones in some regions
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  // checkov:skip=CKV_AZURE_222: Twilio's IP addresses are not known in advance
  // checkov:skip=CKV_AZURE_17: Twilio sends no client certificate but signs each request; other callers have a function key
  // checkov:skip=CKV_AZURE_212: Flex Consumption scales by itself, down to zero
  // checkov:skip=CKV_AZURE_78: Flex Consumption has no FTP and rejects ftpsState; the policy below forbids passwords
  // checkov:skip=CKV_AZURE_213: Flex Consumption has no health check; GetHealth is for your own monitoring
  name: name
  location: location
  // azd finds the app for the service `app` by this tag.
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    // Twilio calls from anywhere, so the app stays public, even with vnetEnabled.
    publicNetworkAccess: 'Enabled'
    clientAffinityEnabled: false
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainerName}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        // By default a Python app handles one request at a time.
        triggers: {
          http: {
            perInstanceConcurrency: perInstanceConcurrency
          }
        }
      }
      // Documented since this API version but missing from its types, so the compiler warns about it.
      #disable-next-line BCP037
      siteUpdateStrategy: {
        type: updateStrategy
      }
    }
    // Flex Consumption rejects unsupported properties, such as ftpsState and linuxFxVersion.
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      // For Test/Run on a function's page in the portal, and for pages that get tokens.
      cors: {
        allowedOrigins: concat(['https://portal.azure.com'], clientOrigins)
      }
    }
  }
}

resource appSettings 'Microsoft.Web/sites/config@2024-11-01' = {
  // These checks are for a site's web configuration; this one only contains app settings.
  // checkov:skip=CKV_AZURE_13: no App Service authentication: signatures and function keys control access
  // checkov:skip=CKV_AZURE_63: requests are logged in Application Insights
  // checkov:skip=CKV_AZURE_65: this is about IIS error pages, and there is no IIS
  // checkov:skip=CKV_AZURE_66: this is about IIS request traces, and there is no IIS
  // checkov:skip=CKV_AZURE_80: there is no .NET here
  // checkov:skip=CKV_AZURE_88: Flex Consumption mounts no Azure Files; the package is a blob
  // checkov:skip=CKV_AZURE_222: the app stays public, see above
  parent: app
  name: 'appsettings'
  properties: union(settings, ownSettings, openTelemetry ? tracingSettings : {})
}

// Deployments sign in with an identity; passwords don't work for FTP or the SCM site.
resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource scm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

output name string = app.name
output hostName string = app.properties.defaultHostName
