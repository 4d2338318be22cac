/// Every address of the site, with who may go there.
enum Routes {
    static let all: [Route] = portfolio + integrations + administration

    private static let portfolio: [Route] =
        SignInPages.routes + HomePages.routes + TourPages.routes + SearchPages.routes + PlanningPages.routes + TeamPages.routes
        + ItemListPages.routes + ItemPages.routes + DeliveryUpdatePages.routes + LinkPages.routes + BoardPages.routes + RoadmapPages.routes

    private static let integrations: [Route] =
        IntegrationPages.routes + AgreementPages.routes + InstancePages.routes + MappingPages.routes + BulkPages.routes
        + AttentionPages.routes

    private static let administration: [Route] =
        ConfigurationPages.routes + TimelineConfiguration.routes + PeoplePages.routes + LivePages.routes + OperationsPages.routes
        + APIRoutes.routes
}
