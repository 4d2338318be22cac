// AzureDevOpsSimulator
