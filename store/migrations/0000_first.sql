CREATE SEQUENCE "public"."hint_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "hints" (
	"pair" text NOT NULL,
	"side" text NOT NULL,
	"record_id" text NOT NULL,
	"seq" bigint NOT NULL,
	"trigger" text NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"rung_at" timestamp (3) with time zone,
	"noted_seq" bigint,
	CONSTRAINT "hints_pair_side_record_id_pk" PRIMARY KEY("pair","side","record_id")
);
--> statement-breakpoint
CREATE TABLE "ledger" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"link_id" bigint NOT NULL,
	"pair" text NOT NULL,
	"action" text NOT NULL,
	"side" text NOT NULL,
	"field" text,
	"attribute" text,
	"old_value" jsonb,
	"new_value" jsonb,
	"losing_value" jsonb,
	"rule" text NOT NULL,
	"trigger" text NOT NULL,
	"run_id" text NOT NULL,
	"state" text NOT NULL,
	"creation_key" text,
	"planned_at" timestamp (3) with time zone NOT NULL,
	"settled_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "links" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"pair" text NOT NULL,
	"master_id" text,
	"replica_id" text,
	"state" text DEFAULT 'new' NOT NULL,
	"base_master" jsonb,
	"base_replica" jsonb,
	"version_master" text,
	"version_replica" text,
	"field_notes" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"status_sent" jsonb,
	"status_seen" jsonb,
	"attempts" integer DEFAULT 0 NOT NULL,
	"waits" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone,
	"failure" jsonb,
	"lease_owner" text,
	"lease_token" text,
	"lease_until" timestamp (3) with time zone,
	"revision" integer DEFAULT 0 NOT NULL,
	"last_verdict" text,
	"synced_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pairs" (
	"name" text PRIMARY KEY NOT NULL,
	"paused_at" timestamp (3) with time zone,
	"paused_reason" text
);
--> statement-breakpoint
ALTER TABLE "ledger" ADD CONSTRAINT "ledger_link_id_links_id_fk" FOREIGN KEY ("link_id") REFERENCES "public"."links"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "hints_due" ON "hints" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "ledger_link" ON "ledger" USING btree ("link_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_open_creation" ON "ledger" USING btree ("pair","side","creation_key") WHERE "ledger"."state" = 'planned' and "ledger"."action" = 'create';--> statement-breakpoint
CREATE UNIQUE INDEX "links_master" ON "links" USING btree ("pair","master_id");--> statement-breakpoint
CREATE UNIQUE INDEX "links_replica" ON "links" USING btree ("pair","replica_id");--> statement-breakpoint
CREATE INDEX "links_state" ON "links" USING btree ("pair","state");--> statement-breakpoint
CREATE INDEX "links_next_attempt" ON "links" USING btree ("next_attempt_at");