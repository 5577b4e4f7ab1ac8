// The policies in force during the tests: those of the demo, and one whose access ends while one watches.

/** How long access under `orders-brief` lasts, in seconds: a minute is the least that the form can ask for. */
export const BRIEF_S = 60;

interface Policy {
  name: string;
  description: string;
  role: string;
  default_s: number;
  max_s: number;
  approvers: string[];
  n: number;
  emergency_s?: number;
}

const ALL: Policy[] = [
  {
    name: 'orders-read',
    description: 'Read orders to answer a question from support.',
    role: 'orders_read',
    default_s: 3_600,
    max_s: 14_400,
    approvers: ['leads', 'security'],
    n: 1,
  },
  {
    name: 'orders-admin',
    description: 'Repair orders by hand.',
    role: 'orders_admin',
    default_s: 1_800,
    max_s: 3_600,
    approvers: ['leads', 'security'],
    n: 2,
    emergency_s: 1_800,
  },
  {
    name: 'orders-brief',
    description: 'A glance at the orders.',
    role: 'orders_read',
    default_s: BRIEF_S,
    max_s: BRIEF_S,
    approvers: ['leads', 'security'],
    n: 1,
  },
];

/** An emergency that has to be ratified: one that is refused lets its holder break no glass until it is reviewed. Who is away
 * may let somebody else sign. */
const BLAZE = `
[[policy]]
name = "orders-blaze"
description = "Stop orders from being sent."
resources = ["orders-db"]
eligible = ["oncall-database"]

[policy.duration]
default_s = 600
max_s = 600

[policy.approval]
within_s = 14400
delegation = true
stages = [{ n = 1, groups = ["leads", "security"] }]

[policy.emergency]
max_duration_s = 300
alarm = ["auditors"]
ratify_within_s = 240

[policy.review]
groups = ["reviewers"]
within_s = 86400
debt = "block"

[policy.drill]
every_days = 3

[policy.grant]
connector = "postgresql"
role = "orders_read"
`;

/** As they stand in the portal's configuration. */
export function policies(): string {
  return ALL.map(
    (policy) => `
[[policy]]
name = "${policy.name}"
description = "${policy.description}"
resources = ["orders-db"]
eligible = ["oncall-database"]

[policy.conditions]
min_reason_chars = 10

[policy.duration]
default_s = ${policy.default_s}
max_s = ${policy.max_s}

[policy.approval]
within_s = 14400

[[policy.approval.stages]]
n = ${policy.n}
groups = ${JSON.stringify(policy.approvers)}
${policy.emergency_s ? `\n[policy.emergency]\nmax_duration_s = ${policy.emergency_s}\n` : ''}
[policy.review]
groups = ["reviewers", "security"]
within_s = 86400

[policy.grant]
connector = "postgresql"
role = "${policy.role}"
${policy.name === 'orders-read' ? 'refuse = ["set_role"]\n' : ''}
`,
  ).join('') + BLAZE;
}
