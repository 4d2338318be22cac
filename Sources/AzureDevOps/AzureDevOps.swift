// AzureDevOps
