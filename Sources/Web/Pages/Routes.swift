/// Every address of the site, with who may go there.
enum Routes {
    static let all: [Route] =
        SignInPages.routes + ItemListPages.routes + ItemPages.routes + LinkPages.routes + BoardPages.routes + RoadmapPages.routes
        + IntegrationPages.routes + AgreementPages.routes + InstancePages.routes + MappingPages.routes + BulkPages.routes
        + AttentionPages.routes
        + ConfigurationPages.routes + TimelineConfiguration.routes + PeoplePages.routes + LivePages.routes + OperationsPages.routes
        + APIRoutes.routes
}
