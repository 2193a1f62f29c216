// Where the app's logs, requests and alerts' data are kept.
param workspaceName string
param insightsName string
param location string
param tags object
param maximumInstanceCount int

// What a flood of refused requests can log on one instance in a day is below a quarter of a gigabyte
// (tests/infra/test_log_volume.py has the sum). One gigabyte more is for everything else. Bursts were
// seen on more instances than the maximum, so that no fewer than 60 are counted
// (https://github.com/Azure/azure-functions-host/issues/11790).
var dailyQuotaGb = 1 + (max(maximumInstanceCount, 60) + 3) / 4

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: 30
    features: {
      disableLocalAuth: true
    }
    // A last resort: at the cap the alerts hear nothing any more (alerts.bicep has one for that).
    workspaceCapping: {
      dailyQuotaGb: dailyQuotaGb
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

output workspaceId string = workspace.id
output insightsName string = insights.name
output dailyQuotaGb int = dailyQuotaGb
