// The programs that stand in for a proxy's surroundings: standard library alone, so that they are static and small.
// The one requirement is the official Connect client, which only judges the Connect double in its test.
module centaur-chart/test/proxy

go 1.25.0

require github.com/1Password/connect-sdk-go v1.5.3

require (
	github.com/opentracing/opentracing-go v1.2.0 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/uber/jaeger-client-go v2.30.0+incompatible // indirect
	github.com/uber/jaeger-lib v2.4.1+incompatible // indirect
	go.uber.org/atomic v1.9.0 // indirect
)
