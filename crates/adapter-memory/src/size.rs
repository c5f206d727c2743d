//! What stored values take of memory: estimates that are rather too high than too low.

/// Size of an allocation, in bytes. Allocators round sizes up, by an eighth on average.
pub(crate) const fn allocation(bytes: usize) -> usize {
    if bytes == 0 {
        0
    } else {
        bytes + bytes / 8 + 16
    }
}

/// The characters of a `String` that holds no more than it needs.
pub(crate) const fn text(text: &str) -> usize {
    allocation(text.len())
}

/// An entry of a `HashMap`, whose table is between 7/16 and 7/8 full.
pub(crate) const fn hash_entry<K, V>() -> usize {
    2 * (size_of::<(K, V)>() + 1)
}

/// An entry of a `BTreeMap`, whose nodes are about half full when keys ascend.
pub(crate) const fn tree_entry<K, V>() -> usize {
    2 * (size_of::<K>() + size_of::<V>()) + 16
}

/// An element of a `Vec` that grows by doubling.
pub(crate) const fn element<T>() -> usize {
    2 * size_of::<T>()
}
