// What somebody should hear of. Each alert counts what the app logs (tests/infra holds the words).
param namePrefix string
param location string
param tags object
param insightsName string
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
    text: 'Answers of 500 and above. The traces of the same operation say why.'
    severity: 1
    threshold: 1
    query: '''
      requests
      | where toint(resultCode) >= 500
      | summarize Found = sum(itemCount)
    '''
  }
  {
    name: 'vault-errors'
    title: 'Secrets cannot be read'
    text: 'Key Vault or the identity does not give a secret. Instances that have read it go on; new ones cannot.'
    severity: 1
    threshold: 1
    query: '''
      traces
      | where message matches regex @'^\w+ cannot be read|^\w+: VaultError status=503 |missing secrets: '
      | summarize Found = sum(itemCount)
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

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for (rule, index) in rules: {
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
      insights.id
    ]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
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
      actionGroups: empty(email) ? [] : [
        receivers.id
      ]
    }
  }
}]
