// Pins the Gateway API, whose custom resource definitions judge HTTPRoutes. Nothing here is built.
module centaur-chart/test/kubernetes

go 1.26.0

require sigs.k8s.io/gateway-api v1.6.3
