-- Written by hand: the generator knows nothing of triggers. Every write that changes something, whoever makes it, moves the row's version and time.
CREATE FUNCTION portal_row_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD THEN
    RETURN NEW;
  END IF;
  NEW.version := nextval('portal_version');
  NEW.modified_at := date_trunc('milliseconds', clock_timestamp());
  RETURN NEW;
END
$$;
--> statement-breakpoint
DO $$
DECLARE
  portal_table text;
BEGIN
  FOREACH portal_table IN ARRAY ARRAY[
    'portal_companies', 'portal_people', 'portal_workflow_statuses', 'portal_projects', 'portal_task_lists',
    'portal_tasks', 'portal_comments', 'portal_attachments', 'portal_activities', 'portal_deals', 'portal_services',
    'portal_time_entries', 'portal_bookings', 'portal_invoices', 'portal_expenses', 'portal_payments',
    'portal_service_overviews', 'portal_documents'
  ] LOOP
    EXECUTE format(
      'CREATE TRIGGER written BEFORE INSERT OR UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION portal_row_written()',
      portal_table
    );
  END LOOP;
END
$$;
