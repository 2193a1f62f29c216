// The alerts. Each counts what the app logs; tests/infra checks that the queries match the log lines.
param namePrefix string
param location string
param tags object
param insightsName string
param workspaceId string
param dailyQuotaGb int
param email string

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

var rules = [
  {
    name: 'failed-sends'
    title: 'Texts or calls were not sent'
    text: 'SendSms or PlaceCall failed, and not because of an invalid request.'
    severity: 1
    scope: insights.id
    window: 'PT15M'
    threshold: 1
    query: '''
      traces
      | where message matches regex @'^(SendSms|PlaceCall): \w+ status=(429|5\d\d) '
      | summarize Found = sum(itemCount)
    '''
  }
  {
    name: 'undelivered-texts'
    title: 'Texts were not delivered'
    text: 'Twilio reports texts as failed or undelivered. A few are normal: landlines and numbers that no longer exist.'
    severity: 2
    scope: insights.id
    window: 'PT15M'
    threshold: 5
    query: '''
      traces
      | where message matches regex @'"report": "message".*"status": "(failed|undelivered)"'
      | summarize Found = sum(itemCount)
    '''
  }
  {
    name: 'refused-signatures'
    title: 'Requests without a valid Twilio signature were rejected'
    text: 'Possible causes: a wrong PUBLIC_URL, a rotated auth token, or requests that are not from Twilio.'
    severity: 2
    scope: insights.id
    window: 'PT15M'
    threshold: 5
    query: '''
      traces
      | where message matches regex @'^\w+: ForgedRequestError status=403 '
      | summarize Found = sum(itemCount)
    '''
  }
  {
    name: 'server-errors'
    title: 'The app fails'
    text: 'Responses of 500 and above, and unexpected errors. See their operations for details.'
    severity: 1
    scope: insights.id
    window: 'PT15M'
    threshold: 1
    query: '''
      union
          (requests | where toint(resultCode) >= 500),
          (traces | where message matches regex @'^\w+: \w+ status=5\d\d '),
          (exceptions | where tostring(customDimensions.Category) startswith 'Function.')
      | summarize Found = sum(itemCount)
    '''
  }
  {
    name: 'vault-errors'
    title: 'Secrets are unreadable'
    text: 'Key Vault or the identity returns no secret. Running instances continue; new ones fail.'
    severity: 1
    scope: insights.id
    window: 'PT15M'
    threshold: 1
    query: '''
      traces
      | where message matches regex @'^\w+ cannot be read|^\w+: VaultError status=503 |Missing secrets: '
      | summarize Found = sum(itemCount)
    '''
  }
  {
    name: 'much-logged'
    title: 'Logs are close to the daily cap'
    text: 'The last 24 hours used 80% of the daily cap. At the cap, all alerts except this one and the next stop for the day.'
    severity: 2
    scope: workspaceId
    window: 'P1D'
    threshold: 800 * dailyQuotaGb
    // In megabytes. Usage is logged once an hour, is free, and continues after the cap.
    query: '''
      Usage
      | where IsBillable
      | summarize Found = sum(Quantity)
    '''
  }
  {
    name: 'logs-stopped'
    title: 'Logs have reached the daily cap'
    text: 'Nothing is logged until the cap resets, so no alerts on the app can fire.'
    severity: 1
    scope: workspaceId
    window: 'PT1H'
    threshold: 1
    // https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap#alert-when-daily-cap-is-reached
    query: '''
      _LogOperation
      | where Category =~ 'Ingestion'
      | where Detail has 'OverQuota'
      | summarize Found = count()
    '''
  }
]

resource receivers 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: '${namePrefix}-receivers'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'switchboard'
    emailReceivers: [
      {
        name: 'email'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for (rule, index) in rules: {
    name: '${namePrefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.title
      description: rule.text
      enabled: true
      severity: rule.severity
      scopes: [
        rule.scope
      ]
      evaluationFrequency: 'PT15M'
      windowSize: rule.window
      autoMitigate: true
      // A query on a new resource can fail validation, which would fail the deployment.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: 'Found'
            timeAggregation: 'Total'
            operator: 'GreaterThanOrEqual'
            threshold: rule.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: empty(email) ? [] : [receivers.id]
      }
    }
  }
]
