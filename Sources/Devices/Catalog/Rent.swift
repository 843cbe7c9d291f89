/// Where prices come from: list prices at launch, and on-demand prices of clouds in the United States
/// as published in 2024.
enum Rent {
  static let launch = "the maker's launch price"
  static let awsP2 = "AWS EC2 on demand, p2.xlarge"
  static let awsP3 = "AWS EC2 on demand, p3.2xlarge"
  static let awsP4 = "AWS EC2 on demand, p4d.24xlarge / 8"
  static let awsP4de = "AWS EC2 on demand, p4de.24xlarge / 8"
  static let awsP5 = "AWS EC2 on demand, p5.48xlarge / 8"
  static let awsG4 = "AWS EC2 on demand, g4dn.xlarge"
  static let awsG6 = "AWS EC2 on demand, g6.xlarge"
  static let awsG6e = "AWS EC2 on demand, g6e.xlarge"
  static let gcpP100 = "Google Compute Engine on demand, one P100"
}
