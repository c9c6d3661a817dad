// Who is woken by what. Each alert names the section of the runbook that says what to do; queries are files, so that they can be tested.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the Log Analytics workspace.')
param workspaceId string

@description('Resource id of the system topic of the data storage account.')
param eventTopicId string

@description('Name of the action group: what everybody who is woken belongs to.')
param actionGroupName string

@description('E-mail address that is told; empty for the owners of the subscription.')
param alertEmail string

@description('Address of the runbook; the alert\'s name follows it as the anchor.')
param runbookUrl string

// Severity: 0 critical, 1 error (somebody looks today, now in working hours), 2 warning, 3 informational. A window is two days at most.
var queryAlerts = [
  { name: 'failed-run', severity: 1, every: 'PT5M', window: 'PT15M', by: 'pipeline', query: loadTextContent('../alerts/failed-run.kql'), text: 'A run has failed.' }
  { name: 'silent-run', severity: 2, every: 'PT15M', window: 'P2D', by: 'pipeline', query: loadTextContent('../alerts/silent-run.kql'), text: 'A run says nothing for too long.' }
  { name: 'dead-letters', severity: 1, every: 'PT5M', window: 'PT15M', by: 'pipeline', query: loadTextContent('../alerts/dead-letters.kql'), text: 'A file was put aside because its run failed for good.' }
  { name: 'missing-period', severity: 2, every: 'PT1H', window: 'PT1H', by: 'pipeline', query: loadTextContent('../alerts/missing-period.kql'), text: 'An expected period is missing by a day.' }
  { name: 'performance-fell', severity: 2, every: 'PT1H', window: 'PT1H', by: 'pipeline', query: loadTextContent('../alerts/performance-fell.kql'), text: 'A period came out worse than its model had promised.' }
  { name: 'drift-high', severity: 3, every: 'PT1H', window: 'PT1H', by: 'pipeline', query: loadTextContent('../alerts/drift-high.kql'), text: 'Much of a period\'s data has drifted, or is at fault.' }
  { name: 'promotion-refused', severity: 3, every: 'PT1H', window: 'PT1H', by: 'pipeline', query: loadTextContent('../alerts/promotion-refused.kql'), text: 'The gate has refused three models in a row.' }
  { name: 'api-errors', severity: 2, every: 'PT5M', window: 'PT15M', by: 'AppRoleName', query: loadTextContent('../alerts/api-errors.kql'), text: 'The API answers with errors.' }
  { name: 'api-latency', severity: 3, every: 'PT15M', window: 'PT15M', by: 'AppRoleName', query: loadTextContent('../alerts/api-latency.kql'), text: 'The API is slow.' }
]

// Metrics of Event Grid: https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-eventgrid-systemtopics-metrics
var metricAlerts = [
  { name: 'delivery-failures', severity: 2, metric: 'DeliveryAttemptFailCount', above: 5, every: 'PT5M', window: 'PT15M', text: 'Event Grid cannot deliver the events of dropped files.' }
  { name: 'undelivered-events', severity: 1, metric: 'DeadLetteredCount', above: 0, every: 'PT5M', window: 'PT15M', text: 'Event Grid has given up on events and put them into the container deadletter.' }
  { name: 'dropped-events', severity: 1, metric: 'DroppedEventCount', above: 0, every: 'PT5M', window: 'PT15M', text: 'Event Grid has given up on events and could not even keep them.' }
]

var receivers = empty(alertEmail)
  ? { armRoleReceivers: [{ name: 'owners', roleId: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', useCommonAlertSchema: true }] }
  : { emailReceivers: [{ name: 'operators', emailAddress: alertEmail, useCommonAlertSchema: true }] }

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: union({ enabled: true, groupShortName: 'mlops' }, receivers)
}

resource queryAlert 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = [
  for alert in queryAlerts: {
    name: alert.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.text
      description: '${alert.text} What to do: ${runbookUrl}#${alert.name}'
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: alert.every
      windowSize: alert.window
      // The tables are made by the first entry: before it the query could not be checked.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            dimensions: [{ name: alert.by, operator: 'Include', values: ['*'] }]
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      autoMitigate: true
      actions: {
        actionGroups: [actionGroup.id]
        customProperties: { runbook: '${runbookUrl}#${alert.name}' }
      }
    }
  }
]

resource metricAlert 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in metricAlerts: {
    name: alert.name
    location: 'global'
    tags: tags
    properties: {
      description: '${alert.text} What to do: ${runbookUrl}#${alert.name}'
      severity: alert.severity
      enabled: true
      scopes: [eventTopicId]
      evaluationFrequency: alert.every
      windowSize: alert.window
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: alert.metric
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: 'Microsoft.EventGrid/systemTopics'
            metricName: alert.metric
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: alert.above
          }
        ]
      }
      autoMitigate: true
      actions: [
        {
          actionGroupId: actionGroup.id
          webHookProperties: { runbook: '${runbookUrl}#${alert.name}' }
        }
      ]
    }
  }
]
