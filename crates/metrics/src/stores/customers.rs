use std::sync::Arc;

use async_trait::async_trait;
use customers_domain::{
    Action, Customer, CustomerChange, CustomerDecision, CustomerEdit, CustomerErasure, CustomerId,
    DecisionId, TenantId,
};
use customers_ports::{
    Conflict, CreateOutcome, Creation, CustomerRepository, DecisionOutcome, EditOutcome,
    ErasureOutcome, FoundCustomer, HistoryQuery, ListQuery, Page, RecordedDecision, StoreError,
    UniqueField,
};

use super::Operation;
use crate::series::CounterSet;
use crate::{list, values};

/// Measures a [`CustomerRepository`]: the duration of each call, and the outcomes of creates and changes.
pub struct MeasuredCustomers {
    store: Arc<dyn CustomerRepository>,
    create: Operation,
    find: Operation,
    list: Operation,
    update: Operation,
    decide: Operation,
    erase: Operation,
    find_holder: Operation,
    history: Operation,
    find_decision: Operation,
    creates: CounterSet,
    /// Counters by action.
    changes: Vec<(&'static str, CounterSet)>,
}

impl MeasuredCustomers {
    /// Wraps a store.
    pub fn new(store: Arc<dyn CustomerRepository>) -> Self {
        let operation = |name| Operation::new("customers", name);
        let changes = |action: &'static str| {
            let outcomes = CounterSet::new(values::CHANGE_OUTCOMES, |outcome| {
                list::CHANGES.counter([action.into(), outcome.into()])
            });
            (action, outcomes)
        };
        Self {
            store,
            create: operation("create"),
            find: operation("find"),
            list: operation("list"),
            update: operation("update"),
            decide: operation("decide"),
            erase: operation("erase"),
            find_holder: operation("find_holder"),
            history: operation("history"),
            find_decision: operation("find_decision"),
            creates: CounterSet::new(values::CREATE_OUTCOMES, |outcome| {
                list::CREATES.counter([outcome.into()])
            }),
            changes: values::ACTIONS.iter().copied().map(changes).collect(),
        }
    }

    fn count_change(&self, action: Action, outcome: &'static str) {
        let action = action.as_str();
        let found = self.changes.iter().find(|(known, _)| *known == action);
        if let Some((_, outcomes)) = found {
            outcomes.increment(outcome);
        }
    }
}

#[async_trait]
impl CustomerRepository for MeasuredCustomers {
    async fn create(
        &self,
        tenant: TenantId,
        creation: Creation,
    ) -> Result<CreateOutcome, StoreError> {
        let call = self.store.create(tenant, creation);
        let outcome = self.create.measure(call).await?;
        self.creates.increment(name_of_create(outcome));
        Ok(outcome)
    }

    async fn find(
        &self,
        tenant: TenantId,
        id: CustomerId,
    ) -> Result<Option<FoundCustomer>, StoreError> {
        self.find.measure(self.store.find(tenant, id)).await
    }

    async fn list(
        &self,
        tenant: TenantId,
        query: &ListQuery,
    ) -> Result<Page<Customer>, StoreError> {
        self.list.measure(self.store.list(tenant, query)).await
    }

    async fn update(
        &self,
        tenant: TenantId,
        edit: CustomerEdit,
    ) -> Result<EditOutcome, StoreError> {
        let call = self.store.update(tenant, edit);
        let outcome = self.update.measure(call).await?;
        self.count_change(Action::Update, name_of_edit(outcome));
        Ok(outcome)
    }

    async fn decide(
        &self,
        tenant: TenantId,
        decision: CustomerDecision,
    ) -> Result<DecisionOutcome, StoreError> {
        let action = Action::Transition(decision.verb());
        let call = self.store.decide(tenant, decision);
        let outcome = self.decide.measure(call).await?;
        self.count_change(action, name_of_decision(outcome));
        Ok(outcome)
    }

    async fn erase(
        &self,
        tenant: TenantId,
        erasure: CustomerErasure,
    ) -> Result<ErasureOutcome, StoreError> {
        let call = self.store.erase(tenant, erasure);
        let outcome = self.erase.measure(call).await?;
        self.count_change(Action::Erase, name_of_erasure(outcome));
        Ok(outcome)
    }

    async fn find_holder(
        &self,
        tenant: TenantId,
        wanted: &Customer,
    ) -> Result<Option<Conflict>, StoreError> {
        let call = self.store.find_holder(tenant, wanted);
        self.find_holder.measure(call).await
    }

    async fn history(
        &self,
        tenant: TenantId,
        id: CustomerId,
        query: HistoryQuery,
    ) -> Result<Option<Page<CustomerChange>>, StoreError> {
        let call = self.store.history(tenant, id, query);
        self.history.measure(call).await
    }

    async fn find_decision(
        &self,
        tenant: TenantId,
        id: &DecisionId,
    ) -> Result<Option<RecordedDecision>, StoreError> {
        let call = self.store.find_decision(tenant, id);
        self.find_decision.measure(call).await
    }
}

const fn name_of_create(outcome: CreateOutcome) -> &'static str {
    match outcome {
        CreateOutcome::Created => "created",
        CreateOutcome::Taken(conflict) => name_of_conflict(conflict),
        CreateOutcome::Replayed(_) => "replayed",
        CreateOutcome::KeyReused => "key_reused",
        CreateOutcome::KeyInProgress => "key_in_progress",
    }
}

const fn name_of_edit(outcome: EditOutcome) -> &'static str {
    match outcome {
        EditOutcome::Updated => "updated",
        EditOutcome::VersionConflict => "version_conflict",
        EditOutcome::Erased(_) => "erased",
        EditOutcome::Taken(conflict) => name_of_conflict(conflict),
    }
}

const fn name_of_decision(outcome: DecisionOutcome) -> &'static str {
    match outcome {
        DecisionOutcome::Decided => "updated",
        DecisionOutcome::VersionConflict => "version_conflict",
        DecisionOutcome::Erased(_) => "erased",
        DecisionOutcome::DecisionTaken => "decision_taken",
    }
}

const fn name_of_erasure(outcome: ErasureOutcome) -> &'static str {
    match outcome {
        ErasureOutcome::Erased => "updated",
        ErasureOutcome::VersionConflict => "version_conflict",
        ErasureOutcome::AlreadyErased(_) => "erased",
        ErasureOutcome::DecisionTaken => "decision_taken",
    }
}

const fn name_of_conflict(conflict: Conflict) -> &'static str {
    match conflict.field {
        UniqueField::Email => "email_taken",
        UniqueField::ExternalId => "external_id_taken",
    }
}
