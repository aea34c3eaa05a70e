ALTER TABLE "portal_writes" ADD COLUMN "role" text;--> statement-breakpoint
ALTER TABLE "portal_writes" ADD COLUMN "company_id" bigint;