ALTER TABLE "links" ADD COLUMN "presumed" jsonb;--> statement-breakpoint
ALTER TABLE "links" ADD COLUMN "echo_due" text;