// What somebody should hear of. Each alert counts what the app logs (tests/infra holds the words).
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
    text: 'SendSms or PlaceCall could not do its work, for another reason than a wrong request.'
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
    title: 'Texts did not arrive'
    text: 'Twilio reports texts as failed or undelivered. A few are normal: landlines, phones that are gone.'
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
    title: 'Requests without a valid signature of Twilio were refused'
    text: 'A wrong PUBLIC_URL, a rotated auth token, or somebody who is not Twilio.'
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
    title: 'The app answers with errors of its own'
    text: 'Answers of 500 and above, and errors that the app did not expect. Their operation has the details.'
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
    title: 'Secrets cannot be read'
    text: 'Key Vault or the identity does not give a secret. Instances that have read it go on; new ones cannot.'
    severity: 1
    scope: insights.id
    window: 'PT15M'
    threshold: 1
    query: '''
      traces
      | where message matches regex @'^\w+ cannot be read|^\w+: VaultError status=503 |missing secrets: '
      | summarize Found = sum(itemCount)
    '''
  }
  {
    name: 'much-logged'
    title: 'The logs of a day come near their cap'
    text: 'Within 24 hours 80 % of the daily cap was logged. At the cap all alerts but this and the next end for the day.'
    severity: 2
    scope: workspaceId
    window: 'P1D'
    threshold: 800 * dailyQuotaGb
    // In megabytes. Usage is written once an hour, is free, and goes on after the cap.
    query: '''
      Usage
      | where IsBillable
      | summarize Found = sum(Quantity)
    '''
  }
  {
    name: 'logs-stopped'
    title: 'The daily cap of the logs is reached'
    text: 'Nothing is logged until the cap is reset, and the alerts on the app hear nothing.'
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
      // A query over something made a minute ago can fail its validation, and with it the deployment.
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
