//! Estimates of the memory of stored values, in bytes. They tend to be too high rather than too low.

/// Returns the size of an allocation. Allocators round sizes up, by an eighth on average.
pub(crate) const fn allocation(bytes: usize) -> usize {
    if bytes == 0 {
        0
    } else {
        bytes + bytes / 8 + 16
    }
}

/// Returns the size of a `String` without spare capacity.
pub(crate) const fn text(text: &str) -> usize {
    allocation(text.len())
}

/// Returns the size of an entry in a `HashMap`, whose table is between 7/16 and 7/8 full.
pub(crate) const fn hash_entry<K, V>() -> usize {
    2 * (size_of::<(K, V)>() + 1)
}

/// Returns the size of an entry in a `BTreeMap`, whose nodes are about half full when keys ascend.
pub(crate) const fn tree_entry<K, V>() -> usize {
    2 * (size_of::<K>() + size_of::<V>()) + 16
}

/// Returns the size of an element in a `Vec` that grows by doubling.
pub(crate) const fn element<T>() -> usize {
    2 * size_of::<T>()
}
