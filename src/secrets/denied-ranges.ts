/**
 * Addresses that must never be an upstream. iron-proxy refuses to connect to them, and the NetworkPolicies exclude the
 * clouds' addresses from what pods may reach.
 */

/** The pod itself. Linux also routes the unspecified addresses to it. */
const ownPod = ['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128'];

/**
 * Where clouds serve metadata, which includes the credentials of their machines and pods. Most use IPv4's link-local
 * range, such as 169.254.169.254 and Amazon's 169.254.170.23.
 */
export const cloudCredentials = {
  ipv4: [
    '169.254.0.0/16',
    // Azure: https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16
    '168.63.129.16/32',
    // Alibaba: https://docs.cloud-init.io/en/latest/reference/datasources/aliyun.html
    '100.100.100.200/32',
    // Volcano Engine: https://github.com/volcengine/cello, pkg/provider
    '100.96.0.96/32',
    // Oracle's older cloud: https://docs.oracle.com/en/cloud/iaas/compute-iaas-cloud/stcsg/retrieving-instance-metadata.html
    '192.0.0.192/32',
  ],
  ipv6: [
    // OpenStack and Akamai use fe80::a9fe:a9fe.
    'fe80::/10',
    // EC2: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
    'fd00:ec2::254/128',
    // EKS: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
    'fd00:ec2::23/128',
    // Google: https://cloud.google.com/compute/docs/metadata/querying-metadata
    'fd20:ce::254/128',
    // Oracle: https://docs.oracle.com/en-us/iaas/Content/Compute/Tasks/gettingmetadata.htm
    'fd00:c1::a9fe:a9fe/128',
    // Alibaba: https://github.com/canonical/cloud-init/pull/6893
    'fd00:100::100:200/128',
    // Akamai: https://techdocs.akamai.com/cloud-computing/docs/metadata-service-api
    'fd00:a9fe:a9fe::1/128',
    // Scaleway: https://docs.cloud-init.io/en/latest/reference/datasources/scaleway.html
    'fd00:42::42/128',
  ],
};

/** What iron-proxy refuses regardless of the values. It compares the address that a name resolved to. */
export const deniedUpstreams: readonly string[] = [
  ...ownPod,
  ...cloudCredentials.ipv4,
  ...cloudCredentials.ipv6,
];
