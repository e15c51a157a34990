#![cfg_attr(fuzzing, no_main)]

tower_webhook_fuzz::target!(form);
