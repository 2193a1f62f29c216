// The parameters of main.bicep, read from the environment of azd or of `az deployment sub create`.
// The compiler reads the variables, so values may contain quotes, backslashes, and line breaks.
// Missing and empty variables mean the default: GitHub's workflow passes missing ones as empty.
using './main.bicep'

var typeOfPrincipal = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', '')
var vnet = readEnvironmentVariable('VNET_ENABLED', '')
var python = readEnvironmentVariable('APP_PYTHON_VERSION', '')
var tracing = readEnvironmentVariable('OPENTELEMETRY', '')
var strategy = readEnvironmentVariable('UPDATE_STRATEGY', '')
var memory = readEnvironmentVariable('INSTANCE_MEMORY_MB', '')
var instances = readEnvironmentVariable('MAXIMUM_INSTANCE_COUNT', '')
var requests = readEnvironmentVariable('PER_INSTANCE_CONCURRENCY', '')

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param principalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param principalType = empty(typeOfPrincipal) ? 'User' : typeOfPrincipal
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param vnetEnabled = bool(empty(vnet) ? 'false' : vnet)
param allowedIpAddress = readEnvironmentVariable('ALLOWED_IP_ADDRESS', '')
param pythonVersion = empty(python) ? '3.13' : python
param openTelemetry = bool(empty(tracing) ? 'false' : tracing)
param updateStrategy = empty(strategy) ? 'Recreate' : strategy
param instanceMemoryMB = empty(memory) ? '2048' : memory
param maximumInstanceCount = int(empty(instances) ? '10' : instances)
param perInstanceConcurrency = int(empty(requests) ? '100' : requests)
param clientOrigins = readEnvironmentVariable('CLIENT_ORIGINS', '')
// The app has the defaults for these; an empty value counts as not set.
param settings = {
  TWILIO_FROM_NUMBER: readEnvironmentVariable('TWILIO_FROM_NUMBER', '')
  TWILIO_MESSAGING_SERVICE_SID: readEnvironmentVariable('TWILIO_MESSAGING_SERVICE_SID', '')
  TWILIO_REST_CREDENTIAL: readEnvironmentVariable('TWILIO_REST_CREDENTIAL', '')
  PUBLIC_URL: readEnvironmentVariable('PUBLIC_URL', '')
  DEFAULT_REGION: readEnvironmentVariable('DEFAULT_REGION', '')
  BLOCKED_CALLERS: readEnvironmentVariable('BLOCKED_CALLERS', '')
  BLOCKED_CALLERS_REASON: readEnvironmentVariable('BLOCKED_CALLERS_REASON', '')
  KILL_SWITCH: readEnvironmentVariable('KILL_SWITCH', '')
  DRY_RUN: readEnvironmentVariable('DRY_RUN', '')
  ALLOWED_COUNTRIES: readEnvironmentVariable('ALLOWED_COUNTRIES', '')
  ALLOWED_NUMBERS: readEnvironmentVariable('ALLOWED_NUMBERS', '')
  BLOCKED_RECIPIENTS: readEnvironmentVariable('BLOCKED_RECIPIENTS', '')
  ALLOWED_TWIML_HOSTS: readEnvironmentVariable('ALLOWED_TWIML_HOSTS', '')
  RECIPIENT_LIMIT: readEnvironmentVariable('RECIPIENT_LIMIT', '')
  RECIPIENT_LIMIT_SECONDS: readEnvironmentVariable('RECIPIENT_LIMIT_SECONDS', '')
  DAILY_SEGMENT_LIMIT: readEnvironmentVariable('DAILY_SEGMENT_LIMIT', '')
  DAILY_CALL_LIMIT: readEnvironmentVariable('DAILY_CALL_LIMIT', '')
  MAX_CALL_SECONDS: readEnvironmentVariable('MAX_CALL_SECONDS', '')
  LINK_LIFETIME_HOURS: readEnvironmentVariable('LINK_LIFETIME_HOURS', '')
  TWILIO_TWIML_APP_SID: readEnvironmentVariable('TWILIO_TWIML_APP_SID', '')
  TWILIO_REGION: readEnvironmentVariable('TWILIO_REGION', '')
  CLIENT_TOKEN_SECONDS: readEnvironmentVariable('CLIENT_TOKEN_SECONDS', '')
  CLIENT_IDENTITY_FROM: readEnvironmentVariable('CLIENT_IDENTITY_FROM', '')
  CLIENT_SOFTPHONE: readEnvironmentVariable('CLIENT_SOFTPHONE', '')
  LEDGER_TABLE: readEnvironmentVariable('LEDGER_TABLE', '')
  STORAGE_OUTAGE: readEnvironmentVariable('STORAGE_OUTAGE', '')
  SETTLE_WINDOW_SECONDS: readEnvironmentVariable('SETTLE_WINDOW_SECONDS', '')
}
