/// Every address of the site, with who may go there.
enum Routes {
    static let all: [Route] =
        SignInPages.routes + HomePages.routes + TourPages.routes + SearchPages.routes + PlanningPages.routes + TeamPages.routes
        + ItemListPages.routes + ItemPages.routes + LinkPages.routes + BoardPages.routes + RoadmapPages.routes
        + IntegrationPages.routes + AgreementPages.routes + InstancePages.routes + MappingPages.routes + BulkPages.routes
        + AttentionPages.routes
        + ConfigurationPages.routes + PeoplePages.routes + LivePages.routes + OperationsPages.routes + APIRoutes.routes
}
