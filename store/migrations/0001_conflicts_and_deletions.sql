CREATE TABLE "conflicts" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"link_id" bigint NOT NULL,
	"pair" text NOT NULL,
	"field" text NOT NULL,
	"value_master" jsonb,
	"value_replica" jsonb,
	"base_master" jsonb,
	"base_replica" jsonb,
	"state" text DEFAULT 'open' NOT NULL,
	"resolution" jsonb,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "ledger" ADD COLUMN "seen_version" text;--> statement-breakpoint
ALTER TABLE "ledger" ADD COLUMN "conflict_id" bigint;--> statement-breakpoint
ALTER TABLE "links" ADD COLUMN "answer" jsonb;--> statement-breakpoint
ALTER TABLE "links" ADD COLUMN "gone" text;--> statement-breakpoint
ALTER TABLE "links" ADD COLUMN "former_replica_ids" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "links" ADD COLUMN "loop_counted_from" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "pairs" ADD COLUMN "definition" jsonb;--> statement-breakpoint
ALTER TABLE "pairs" ADD COLUMN "offered" jsonb;--> statement-breakpoint
ALTER TABLE "pairs" ADD COLUMN "offered_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "pairs" ADD COLUMN "removals_held_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "pairs" ADD COLUMN "removals_counted_from" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "conflicts" ADD CONSTRAINT "conflicts_link_id_links_id_fk" FOREIGN KEY ("link_id") REFERENCES "public"."links"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "conflicts_open" ON "conflicts" USING btree ("link_id","field") WHERE "conflicts"."closed_at" is null;--> statement-breakpoint
CREATE INDEX "conflicts_pair" ON "conflicts" USING btree ("pair","state","id");--> statement-breakpoint
CREATE INDEX "ledger_removals" ON "ledger" USING btree ("pair","planned_at") WHERE "ledger"."action" in ('delete', 'archive');