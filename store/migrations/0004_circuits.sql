CREATE TABLE "circuits" (
	"system" text PRIMARY KEY NOT NULL,
	"opened_at" timestamp (3) with time zone,
	"code" text NOT NULL,
	"message" text NOT NULL,
	"probes" integer DEFAULT 0 NOT NULL,
	"next_probe_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "links" ADD COLUMN "recheck_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "pairs" ADD COLUMN "master_system" text;--> statement-breakpoint
ALTER TABLE "pairs" ADD COLUMN "replica_system" text;