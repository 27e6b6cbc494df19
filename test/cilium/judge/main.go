// Command judge answers, by Cilium's own policy engine, which connections the policies of a release allow.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"sync"

	"github.com/cilium/cilium/pkg/identity"
	"github.com/cilium/cilium/pkg/identity/identitymanager"
	"github.com/cilium/cilium/pkg/k8s"
	ciliumio "github.com/cilium/cilium/pkg/k8s/apis/cilium.io"
	ciliumv2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	networkingv1 "github.com/cilium/cilium/pkg/k8s/slim/k8s/api/networking/v1"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/policy/api"
	policytypes "github.com/cilium/cilium/pkg/policy/types"
	policyutils "github.com/cilium/cilium/pkg/policy/utils"
	"github.com/cilium/cilium/pkg/u8proto"
)

// An End is one end of a connection, as Cilium knows it.
type End struct {
	// A pod, if it has a namespace.
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
	// An address outside the cluster, if it has one.
	Address string `json:"address"`
	// Reserved identities, such as host, remote-node and kube-apiserver.
	Reserved []string `json:"reserved"`
}

// A Question is a connection by the names of its ends.
type Question struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Port     uint16 `json:"port"`
	Protocol string `json:"protocol"`
}

// Input is what the judge reads.
type Input struct {
	Policies  []json.RawMessage `json:"policies"`
	Ends      map[string]End    `json:"ends"`
	Questions []Question        `json:"questions"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	var input Input
	if err := json.NewDecoder(in).Decode(&input); err != nil {
		return err
	}
	verdicts, err := judge(input)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(verdicts)
}

// cluster is the name of a cluster that belongs to no mesh.
const cluster = "default"

func judge(input Input) ([]bool, error) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	// The agent does this when it starts. Before that, the entity "cluster" is unknown, and matches everything.
	api.InitEntities(cluster)

	identities := map[string]*identity.Identity{}
	initial := identity.IdentityMap{}
	for name, end := range input.Ends {
		known, err := identify(end, len(identities))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		identities[name] = known
		initial[known.ID] = known.LabelArray
	}

	manager := identitymanager.NewIDManager(logger)
	repository := policy.NewPolicyRepository(logger, initial, nil, nil, manager, noMetrics{})
	repository.GetSelectorCache().SetLocalIdentityNotifier(noNotifier{})
	manager.Subscribe(observer{repository.GetSubjectSelectorCache()})

	for _, document := range input.Policies {
		entries, err := parse(logger, document)
		if err != nil {
			return nil, err
		}
		repository.MustAddPolicyEntries(entries)
	}

	verdicts := make([]bool, len(input.Questions))
	for index, question := range input.Questions {
		protocol, err := u8proto.ParseProtocol(question.Protocol)
		if err != nil {
			return nil, err
		}
		verdict, _, _, err := policy.LookupFlow(logger, repository, manager, policytypes.Flow{
			From: identities[question.From], To: identities[question.To], Proto: protocol, Dport: question.Port,
		})
		if err != nil {
			return nil, fmt.Errorf("%+v: %w", question, err)
		}
		verdicts[index] = verdict.Allowed()
	}
	return verdicts, nil
}

// identify gives an end the labels by which Cilium's agent knows it.
func identify(end End, index int) (*identity.Identity, error) {
	var known labels.LabelArray
	scope := identity.NumericIdentity(1000)
	switch {
	case end.Namespace != "":
		for key, value := range end.Labels {
			known = append(known, labels.NewLabel(key, value, labels.LabelSourceK8s))
		}
		namespaceName := ciliumio.PodNamespaceMetaLabels + "." + "kubernetes.io/metadata.name"
		known = append(known,
			labels.NewLabel(ciliumio.PodNamespaceLabel, end.Namespace, labels.LabelSourceK8s),
			labels.NewLabel(namespaceName, end.Namespace, labels.LabelSourceK8s),
			labels.NewLabel(ciliumio.PolicyLabelCluster, cluster, labels.LabelSourceK8s))
	case end.Address != "":
		address, err := netip.ParseAddr(end.Address)
		if err != nil {
			return nil, err
		}
		known = labels.GetCIDRLabelArray(netip.PrefixFrom(address, address.BitLen()))
		scope = identity.IdentityScopeLocal
	}
	for _, name := range end.Reserved {
		known = append(known, labels.NewLabel(name, "", labels.LabelSourceReserved))
	}
	if len(known) == 0 {
		return nil, fmt.Errorf("an end has a namespace, an address or reserved identities")
	}
	return identity.NewIdentityFromLabelArray(scope+identity.NumericIdentity(index), known.Sort()), nil
}

func parse(logger *slog.Logger, document json.RawMessage) (policytypes.PolicyEntries, error) {
	var header struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
	}
	if err := json.Unmarshal(document, &header); err != nil {
		return nil, err
	}
	switch header.APIVersion + " " + header.Kind {
	case "networking.k8s.io/v1 NetworkPolicy":
		var object networkingv1.NetworkPolicy
		if err := json.Unmarshal(document, &object); err != nil {
			return nil, err
		}
		return k8s.ParseNetworkPolicy(logger, cluster, &object)
	case "cilium.io/v2 CiliumNetworkPolicy":
		var object ciliumv2.CiliumNetworkPolicy
		if err := json.Unmarshal(document, &object); err != nil {
			return nil, err
		}
		rules, err := object.Parse(logger, cluster)
		return policyutils.RulesToPolicyEntries(rules), err
	}
	return nil, fmt.Errorf("%s %s is no policy that this judge knows", header.APIVersion, header.Kind)
}

// observer tells the cache of the subjects of policies about them, as Cilium's agent does for its endpoints.
type observer struct{ cache *policy.SelectorCache }

func (o observer) LocalEndpointIdentityAdded(added *identity.Identity) {
	o.cache.UpdateIdentities(identity.IdentityMap{added.ID: added.LabelArray}, nil, &sync.WaitGroup{})
}

func (o observer) LocalEndpointIdentityRemoved(removed *identity.Identity) {
	o.cache.UpdateIdentities(nil, identity.IdentityMap{removed.ID: removed.LabelArray}, &sync.WaitGroup{})
}

type noMetrics struct{}

func (noMetrics) AddRule(policytypes.PolicyEntry) {}
func (noMetrics) DelRule(policytypes.PolicyEntry) {}

type noNotifier struct{}

func (noNotifier) RegisterFQDNSelector(api.FQDNSelector) uint64   { return 0 }
func (noNotifier) UnregisterFQDNSelector(api.FQDNSelector) uint64 { return 0 }
