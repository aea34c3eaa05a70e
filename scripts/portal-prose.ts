/** Why the portal holds an entity and those fields of it, by the pair's name. */
export const portalReasons: Readonly<Record<string, string>> = {
  companies: `Decides whose projects a client may see; names and codes for lists. No addresses, payment terms or contacts.`,
  people: `The people whom tasks, comments and projects name, in the agency and at its clients. No contracts, costs, absences or permissions.`,
  projects: `The root of what clients see: the projects of their company. \`last_activity_at\` tells whether anything has happened since.`,
  workflow_statuses: `The column that a task stands in. Workflows themselves are no records of the portal: their id is a plain text.`,
  task_lists: `The lists that a project's tasks are in. There is no webhook for them: a task that names an unknown list has it looked up.`,
  tasks: `What the portal is for. Fields that users can change in the portal travel both ways; estimates and times are in minutes. Custom fields are shown but not written, because Productive replaces them as a whole.`,
  comments: `What people say to each other below a task. \`hidden\` and \`draft\` decide who may read it.`,
  attachments: `Which files there are. Their content stays in Productive; \`url\` never leaves the server, since it works only with an API token.`,
  deals: `Deals and budgets (a budget is a deal with \`budget\`), for the scope of services. No revenue, cost or profit.`,
  services: `What is sold within a deal, for time entries and bookings to point to.`,
  time_entries: `The time that was worked on a task. No cost.`,
  bookings: `The time that is planned for a person.`,
  invoices: `What a client was asked for and has not paid yet. Amounts are in the smallest unit of the currency. No line items.`,
  expenses: `What was spent for a client. Amounts as above.`,
  payments: `What a client has paid. Amounts as above.`,
  activities: `What happened to a record, for the history below a task. Written once and never changed.`,
};

export const portalIntroduction = `The portal reads from its own tables, which Tandem keeps equal with Productive. **Productive is the master**: if both sides changed the
same field, its value stays, and the portal's value is kept in the ledger. Tasks, comments and attachments can also be created and changed in the portal; everything else
is only shown there. The pairs are on when Productive is configured.

Productive shows no status, and Tandem writes nothing there but the fields below. Whether a record is \`synced\`, \`pending\` or \`failed\` follows from
Tandem's own tables, and the portal's API shows it with each record. A lost database can't be rebuilt from Productive; a first import makes it anew.

## What it costs

Requests to Productive. The portal's tables are in Tandem's own database and cost none.

| what happened | requests |
| --- | --- |
| changed or created in Productive | 1: the record is read again |
| created in the portal | 1: the POST; what its answer shows goes to the portal in the same pass |
| changed in the portal | 2: a read and a PATCH ([ADR 21](../adr/0021-a-portal-update-costs-a-read-and-a-write.md)) |
| echo of our own write | 0: the webhook shows the version that our write led to. 1 where it comes before the pass has ended, or more than a minute later |
| deleted in Productive | 3: the record, the recycle bin, and another record as a witness that reading works. A burst of deletions shares the bin |

## References

A reference holds each side's own id of the other record: Productive's there, the portal's here. Tandem compares couples. If the other record is not part of a couple yet, the
reference **waits**: the field is not written on either side, and all other fields are. As soon as the couple exists, the waiting records are looked at again; nothing polls
([ADR 22](../adr/0022-references-are-couples.md)). If the reference is required, the record is not created before that. A record that Tandem does not know yet is looked
at because another one points to it.

## Deletions

A record that is deleted in Productive is also deleted in the portal, even if it was edited there in the meantime, within the deletion budget. A record that is deleted in the portal
stays in Productive and is not compared any more; for a comment, a person is asked. Companies and people are never deleted in Productive, only archived.`;
