#!/bin/sh
# After the deployment: subscribes the function to the drops. It must exist before it can be an endpoint.
set -eu
az deployment group create --name event-subscription --resource-group "$AZURE_RESOURCE_GROUP" \
  --template-file infra/app/event-subscription.bicep \
  --parameters eventTopicName="$EVENT_TOPIC_NAME" functionAppName="$FUNCTION_APP_NAME" dataStorageName="$DATA_STORAGE_NAME" \
  --output none
