import type { EksPlan } from "../../../config/aws/eks-plan";
import { document, type Place, type PolicyDocument } from "./policies";

/** The controller's own tag on everything it makes. */
const controllerTag = "elbv2.k8s.aws/cluster";

/**
 * What the AWS Load Balancer Controller does for Ingresses: as its own document, but for application load balancers of this
 * cluster only, and without what is switched off in its chart (Shield, WAF Classic, Cognito, network load balancers).
 *
 * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/
 */
export function loadBalancerControllerPolicy(plan: Place & Pick<EksPlan, "ingress">): PolicyDocument {
    const { partition, region, account, name, ingress } = plan;
    const elb = (path: string) => `arn:${partition}:elasticloadbalancing:${region}:${account}:${path}`;
    const loadBalancers = elb("loadbalancer/app/*/*");
    const listeners = elb("listener/app/*/*/*");
    const rules = elb("listener-rule/app/*/*/*/*");
    const targetGroups = elb("targetgroup/*/*");
    const securityGroups = `arn:${partition}:ec2:${region}:${account}:security-group/*`;
    const made = { StringEquals: { [`aws:RequestTag/${controllerTag}`]: name } };
    const own = { StringEquals: { [`aws:ResourceTag/${controllerTag}`]: name } };
    return document(
        {
            Sid: "Read",
            Effect: "Allow",
            Action: [
                "acm:DescribeCertificate",
                "acm:ListCertificates",
                "ec2:DescribeAccountAttributes",
                "ec2:DescribeAddresses",
                "ec2:DescribeAvailabilityZones",
                "ec2:DescribeInstances",
                "ec2:DescribeInternetGateways",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeRouteTables",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeTags",
                "ec2:DescribeVpcPeeringConnections",
                "ec2:DescribeVpcs",
                "ec2:GetSecurityGroupsForVpc",
                "elasticloadbalancing:DescribeCapacityReservation",
                "elasticloadbalancing:DescribeListenerAttributes",
                "elasticloadbalancing:DescribeListenerCertificates",
                "elasticloadbalancing:DescribeListeners",
                "elasticloadbalancing:DescribeLoadBalancerAttributes",
                "elasticloadbalancing:DescribeLoadBalancers",
                "elasticloadbalancing:DescribeRules",
                "elasticloadbalancing:DescribeSSLPolicies",
                "elasticloadbalancing:DescribeTags",
                "elasticloadbalancing:DescribeTargetGroupAttributes",
                "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeTargetHealth",
                "elasticloadbalancing:DescribeTrustStores",
            ],
            Resource: "*",
        },
        {
            Sid: "FirstLoadBalancerOfTheAccount",
            Effect: "Allow",
            Action: ["iam:CreateServiceLinkedRole"],
            Resource: `arn:${partition}:iam::${account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing`,
            Condition: { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
        },
        {
            Sid: "MakeSecurityGroups",
            Effect: "Allow",
            Action: ["ec2:CreateSecurityGroup"],
            Resource: [securityGroups, `arn:${partition}:ec2:${region}:${account}:vpc/*`],
        },
        {
            Sid: "TagNewSecurityGroups",
            Effect: "Allow",
            Action: ["ec2:CreateTags"],
            Resource: securityGroups,
            Condition: { StringEquals: { ...made.StringEquals, "ec2:CreateAction": "CreateSecurityGroup" } },
        },
        {
            Sid: "ChangeOwnSecurityGroups",
            Effect: "Allow",
            Action: [
                "ec2:AuthorizeSecurityGroupIngress",
                "ec2:CreateTags",
                "ec2:DeleteSecurityGroup",
                "ec2:DeleteTags",
                "ec2:RevokeSecurityGroupIngress",
            ],
            Resource: securityGroups,
            Condition: own,
        },
        // The group that EKS made for nodes and pods: the load balancer is let in there.
        {
            Sid: "LetLoadBalancerIn",
            Effect: "Allow",
            Action: ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
            Resource: securityGroups,
            Condition: { StringEquals: { [`aws:ResourceTag/kubernetes.io/cluster/${name}`]: "owned" } },
        },
        {
            Sid: "MakeLoadBalancers",
            Effect: "Allow",
            Action: ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
            Resource: [loadBalancers, targetGroups],
            Condition: made,
        },
        {
            Sid: "TagNewLoadBalancers",
            Effect: "Allow",
            Action: ["elasticloadbalancing:AddTags"],
            Resource: [loadBalancers, targetGroups],
            Condition: {
                StringEquals: {
                    ...made.StringEquals,
                    "elasticloadbalancing:CreateAction": ["CreateLoadBalancer", "CreateTargetGroup"],
                },
            },
        },
        {
            Sid: "ChangeOwnLoadBalancers",
            Effect: "Allow",
            Action: [
                "elasticloadbalancing:AddTags",
                "elasticloadbalancing:DeleteLoadBalancer",
                "elasticloadbalancing:DeleteTargetGroup",
                "elasticloadbalancing:DeregisterTargets",
                "elasticloadbalancing:ModifyLoadBalancerAttributes",
                "elasticloadbalancing:ModifyTargetGroup",
                "elasticloadbalancing:ModifyTargetGroupAttributes",
                "elasticloadbalancing:RegisterTargets",
                "elasticloadbalancing:RemoveTags",
                "elasticloadbalancing:SetIpAddressType",
                "elasticloadbalancing:SetSecurityGroups",
                "elasticloadbalancing:SetSubnets",
            ],
            Resource: [loadBalancers, targetGroups],
            Condition: own,
        },
        {
            Sid: "Listeners",
            Effect: "Allow",
            Action: [
                "elasticloadbalancing:AddListenerCertificates",
                "elasticloadbalancing:AddTags",
                "elasticloadbalancing:CreateRule",
                "elasticloadbalancing:DeleteListener",
                "elasticloadbalancing:DeleteRule",
                "elasticloadbalancing:ModifyListener",
                "elasticloadbalancing:ModifyListenerAttributes",
                "elasticloadbalancing:ModifyRule",
                "elasticloadbalancing:RemoveListenerCertificates",
                "elasticloadbalancing:RemoveTags",
                "elasticloadbalancing:SetRulePriorities",
            ],
            Resource: [listeners, rules],
        },
        {
            Sid: "MakeListeners",
            Effect: "Allow",
            Action: ["elasticloadbalancing:CreateListener"],
            Resource: loadBalancers,
            Condition: own,
        },
        ...(ingress.webAcl === undefined
            ? []
            : ([
                  {
                      Sid: "UseWebAcl",
                      Effect: "Allow",
                      Action: ["wafv2:AssociateWebACL", "wafv2:GetWebACL"],
                      Resource: [ingress.webAcl, loadBalancers],
                  },
                  // Also of the one before, when another takes its place.
                  {
                      Sid: "ChangeWebAcl",
                      Effect: "Allow",
                      Action: [
                          "elasticloadbalancing:SetWebAcl",
                          "wafv2:DisassociateWebACL",
                          "wafv2:GetWebACLForResource",
                      ],
                      Resource: [loadBalancers, `arn:${partition}:wafv2:${region}:${account}:regional/webacl/*/*`],
                  },
              ] as const)),
    );
}
