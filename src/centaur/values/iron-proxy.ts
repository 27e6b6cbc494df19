import { proxyKeys } from '../../secrets/proxy-values.js';
import { closed, gracePeriod, port, replicas } from './fields.js';
import { imageSchema } from './image.js';
import { ndots, podKeys } from './pod.js';
import { scalingKeys } from './scaling.js';

export const ironProxySchema = closed(
  {
    ...proxyKeys,
    image: imageSchema({ repository: 'ironsh/iron-proxy', tag: '0.45.0' }),
    replicas: replicas(),
    ...scalingKeys(),
    terminationGracePeriodSeconds: gracePeriod(
      'Seconds that open requests have to finish before a pod that is being replaced cuts them. The pod stops as soon as no connection is open.',
      330,
    ),
    service: closed(
      {
        proxyPort: port('Port for clients: CONNECT and SOCKS5.', 8080),
        managementPort: port(
          'Port of the management API, through which the API reloads the configuration.',
          9092,
        ),
        healthPort: port('Port of /healthz.', 9090),
        pgPortRangeStart: port('Port for the declared databases.', 5432),
        pgPortRangeEnd: port(
          "Last port of the range that the API hands out to the sandboxes' proxies.",
          5471,
        ),
      },
      'Ports. They must be distinct and above 1023, because iron-proxy does not run as root.',
    ),
    ...podKeys({
      user: 65532,
      readOnly: true,
      dnsConfig: ndots,
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    }),
  },
  'The egress proxy. It resolves credentials and writes them into requests to allowed hosts.',
);
