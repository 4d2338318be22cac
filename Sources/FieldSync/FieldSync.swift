// FieldSync
