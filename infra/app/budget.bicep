// A monthly budget of the resource group that warns at 80 % and when the forecast passes it.

@description('Amount a month, in the currency of the subscription.')
param amount int

@description('First day: the first of a month, yyyy-MM-01.')
param startDate string

@description('E-mail address; empty for the owners of the resource group.')
param alertEmail string

var contacts = empty(alertEmail) ? { contactEmails: [], contactRoles: ['Owner'] } : { contactEmails: [alertEmail], contactRoles: [] }

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: 'monthly'
  properties: {
    amount: amount
    category: 'Cost'
    timeGrain: 'Monthly'
    timePeriod: { startDate: startDate }
    notifications: {
      spent: union({ enabled: true, operator: 'GreaterThan', threshold: 80, thresholdType: 'Actual' }, contacts)
      forecast: union({ enabled: true, operator: 'GreaterThan', threshold: 100, thresholdType: 'Forecasted' }, contacts)
    }
  }
}
