// Stores the app's logs and requests, and the data for alerts.
param workspaceName string
param insightsName string
param location string
param tags object
param maximumInstanceCount int

// A flood of rejected requests logs less than a quarter of a gigabyte per instance and day (see
// tests/infra/test_log_volume.py). One gigabyte more is for everything else. Bursts have used more
// instances than the maximum, so this counts at least 60
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
    // A last resort: at the cap, alerts stop working (alerts.bicep has an alert for that).
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
