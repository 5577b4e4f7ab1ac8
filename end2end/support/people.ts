// Who can sign in at the identity provider.

export const PEOPLE = {
  dana: { name: 'Dana (database on-call)', groups: ['oncall-database'] },
  ari: { name: 'Ari (team lead)', groups: ['leads'] },
  sam: { name: 'Sam (security duty)', groups: ['security'] },
  rae: { name: 'Rae (reviewer)', groups: ['reviewers'] },
  quinn: { name: 'Quinn (auditor)', groups: ['auditors'] },
  oscar: { name: 'Oscar (operator)', groups: ['operators'] },
  ada: { name: 'Ada (policy author)', groups: ['authors'] },
  otto: { name: 'Otto (policy author)', groups: ['authors'] },
  /** On call like Dana: whose reviews are overdue breaks no glass, and that is to hinder nobody else's journey. */
  eli: { name: 'Eli (database on-call)', groups: ['oncall-database'] },
  cleo: { name: 'Cleo (privacy)', groups: ['custodians'] },
  kim: { name: 'Kim (privacy)', groups: ['custodians'] },
  /** May ask and may sign off: whom the rule against self-approval is for. */
  lee: { name: 'Lee (lead, on call)', groups: ['oncall-database', 'leads'] },
  /** Signs in nowhere else: a sign-in of late is a person's, whichever browser it was in. */
  una: { name: 'Una (policy author)', groups: ['authors'] },
  /** Signs in well and belongs to nothing. */
  nils: { name: 'Nils (no groups)', groups: [] },
} as const;

export type PersonName = keyof typeof PEOPLE;
