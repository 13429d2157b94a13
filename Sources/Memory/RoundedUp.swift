extension Int {
    /// The smallest multiple of `unit` that is not below this.
    func roundedUp(to unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
